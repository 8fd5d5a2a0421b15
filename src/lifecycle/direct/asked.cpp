#include "lifecycle/direct/asked.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/upstream/asked.hpp"

namespace codemate::lifecycle::direct {
namespace {

upstream::Whereabouts whereabouts(const ModelName& name, const Facts& facts, const Options& options,
                                  const Ports& ports) {
    std::vector<ModelName> places =
        options.from ? rules::names_at_one_source(name, facts.manifest) : facts.manifest.places_of(name);
    upstream::Whereabouts found{{}, places.front(), std::move(places)};
    try {
        if (ports.journal != nullptr) {
            for (const state::Pulled& pulled : ports.journal->entries()) {
                if (pulled.name.same_on_server(name)) found.known.push_back({pulled.digest, pulled.manifest});
            }
        }
    } catch (const Error& error) {
        diagnostics::info(error.message());
    }
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
