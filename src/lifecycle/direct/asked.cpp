#include "lifecycle/direct/asked.hpp"

#include "codemate/upstream/asked.hpp"

namespace codemate::lifecycle::direct {
namespace {

upstream::Whereabouts whereabouts(const ModelName& name, const Facts& facts, const Options& options,
                                  const Ports& ports) {
    std::vector<ModelName> places =
        options.from ? rules::names_at_one_source(name, facts.manifest) : facts.manifest.places_of(name);
    upstream::Whereabouts found{upstream::remembered_contents(ports.journal, name), places.front(), std::move(places)};
    for (upstream::KnownContent& content : found.known)
        content.source.reset(); // it is looked for at the places, wherever it came from
    for (const store::Entry& entry : facts.inventory.models)
        found.known.push_back({entry.image.digest, entry.image.bytes});
    return found;
}

} // namespace

void find_asked(Facts& facts, const std::vector<rules::DigestTarget>& targets, const Options& options,
                const Ports& ports, const Run& run) {
    const upstream::AskedPorts asked{[&](const ModelName& name) { return whereabouts(name, facts, options, ports); },
                                     &ports.registry,
                                     {},
                                     "the history of codemate.lock says which contents there were"};
    facts.asked = upstream::find_asked(targets, facts.manifest, facts.lock ? &*facts.lock : nullptr, asked, run.stop);
}

} // namespace codemate::lifecycle::direct
