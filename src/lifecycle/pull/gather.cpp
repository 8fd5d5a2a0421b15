#include "codemate/lifecycle/pull.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>
#include <set>

namespace codemate::lifecycle::pull {
namespace {

// What their tags serve decides over pins whose content nothing installed has. Everything else needs no registry.
void look_up_tags(Facts& facts, const Ports& ports, const Run& run) {
    std::set<Digest> digests;
    for (const ollama::Installed& model : facts.installed) {
        if (model.digest) digests.insert(*model.digest);
    }
    const auto is_installed = [&](const manifest::Locked& pin) {
        return digests.contains(pin.digest) ||
               std::ranges::any_of(pin.same, [&](const Digest& digest) { return digests.contains(digest); });
    };
    const rules::InstalledByName installed(facts.installed);
    std::vector<upstream::Inquiry> inquiries;
    for (const manifest::Wanted& wanted : facts.wanted) {
        const manifest::Locked* pin = facts.lock->find(wanted.name);
        if (pin == nullptr || is_installed(*pin)) continue;
        upstream::Inquiry inquiry{wanted.name, facts.manifest.source_of(wanted.name), *pin};
        if (const ollama::Installed* found = installed.find(wanted.name)) inquiry.installed = *found;
        inquiries.push_back(std::move(inquiry));
    }
    upstream::inquire(inquiries, upstream::Texts::left_out, {&ports.server, *ports.registry}, run);
    for (const upstream::Inquiry& inquiry : inquiries)
        facts.upstream.emplace(inquiry.name, upstream::judge(inquiry));
}

} // namespace

Facts gather(const Options& options, const manifest::Manifest& manifest, const manifest::Lock* lock, const Ports& ports,
             const Run& run) {
    // The targets first: a misspelt one needs no server to be refused.
    Facts facts{manifest, manifest::resolve(manifest, options.targets), {}, ports.clock.now()};
    facts.installed = ports.server.installed(run.stop);
    if (lock == nullptr) return facts;
    facts.lock = *lock;
    if (ports.registry != nullptr) look_up_tags(facts, ports, run);
    return facts;
}

} // namespace codemate::lifecycle::pull
