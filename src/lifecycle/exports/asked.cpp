#include "lifecycle/exports/asked.hpp"

#include "codemate/upstream/asked.hpp"

namespace codemate::lifecycle::exports {
namespace {

upstream::Whereabouts whereabouts(const ModelName& name, const manifest::Manifest& manifest, const Ports& ports) {
    upstream::Whereabouts found{upstream::remembered_contents(ports.journal, name), manifest.source_of(name),
                                manifest.places_of(name)};
    if (ports.store) {
        for (const store::Entry& entry : ports.store->inventory.models)
            found.known.push_back({entry.image.digest, entry.image.bytes});
    }
    for (const ollama::Installed& model : ports.installed) {
        if (model.digest) found.known.push_back({*model.digest, {}, model.size});
    }
    return found;
}

} // namespace

Asked find_asked(const std::vector<rules::DigestTarget>& targets, const manifest::Manifest& manifest,
                 const manifest::Lock& lock, const Ports& ports, const Run& run) {
    const upstream::AskedPorts asked{[&](const ModelName& name) { return whereabouts(name, manifest, ports); },
                                     &ports.registry,
                                     {},
                                     "`codemate list` and the history of codemate.lock say which contents there were"};
    return upstream::find_asked(targets, manifest, &lock, asked, run.stop);
}

} // namespace codemate::lifecycle::exports
