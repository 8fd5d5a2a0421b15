#include "lifecycle/pull/asked.hpp"

#include "lifecycle/pull/places.hpp"

#include "codemate/upstream/asked.hpp"

namespace codemate::lifecycle::pull {
namespace {

upstream::Whereabouts whereabouts(const ModelName& name, const Facts& facts, const Options& options,
                                  const Ports& ports) {
    upstream::Whereabouts found{upstream::remembered_contents(ports.journal, name), facts.manifest.source_of(name),
                                places_of(name, facts.manifest, options)};
    for (const ollama::Installed& model : facts.installed) {
        if (model.digest) found.known.push_back({*model.digest, {}, model.size});
    }
    return found;
}

} // namespace

void find_asked(Facts& facts, const std::vector<rules::DigestTarget>& targets, const Options& options,
                const Ports& ports, const Run& run) {
    const upstream::AskedPorts asked{[&](const ModelName& name) { return whereabouts(name, facts, options, ports); },
                                     ports.registry, where(options),
                                     "`codemate list` and the history of codemate.lock say which contents there were"};
    facts.asked = upstream::find_asked(targets, facts.manifest, facts.lock ? &*facts.lock : nullptr, asked, run.stop);
}

} // namespace codemate::lifecycle::pull
