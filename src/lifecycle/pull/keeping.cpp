#include "lifecycle/pull/keeping.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/rules/snapshot_names.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>

namespace codemate::lifecycle::pull {

void Keeping::keep(const ollama::Installed& model, Stop stop) {
    if (!model.digest) { // nothing could be compared with it
        without_digest_.push_back(model.name);
        return;
    }
    const ModelName as = rules::snapshot_name(model.name, clock_.now(), *model.digest);
    server_.copy(model.name, as, std::move(stop));
    kept_.push_back({model, as});
}

bool Keeping::take_back(const ModelName& name, Stop stop) {
    if (std::ranges::any_of(without_digest_, [&](const ModelName& each) { return each.same_on_server(name); }))
        throw Error(Kind::failed, "the server had no digest of " + quoted(name.display()) + ", which was replaced");
    const auto found = std::ranges::find_if(kept_, [&](const Kept& kept) { return kept.of.name.same_on_server(name); });
    if (found == kept_.end()) {
        server_.remove(name, stop);
        return false;
    }
    const std::vector<ollama::Installed> now = server_.installed(stop);
    const ollama::Installed* wrong = rules::find(now, name);
    const Digest digest = wrong != nullptr ? wrong->digest.value_or(Digest()) : Digest();
    const ModelName spare = rules::snapshot_name(name, clock_.now(), digest);
    ollama::copy_over(server_, found->as, name, spare, now, stop);
    server_.remove(found->as, stop);
    kept_.erase(found);
    return true;
}

void Keeping::drop_needless(Stop stop) {
    if (kept_.empty()) return;
    try {
        const std::vector<ollama::Installed> now = server_.installed(stop);
        std::erase_if(kept_, [&](const Kept& kept) {
            const ollama::Installed* there = rules::find(now, kept.of.name);
            if (there == nullptr || there->digest != kept.of.digest) return false;
            server_.remove(kept.as, stop);
            return true;
        });
    } catch (const Error& error) {
        diagnostics::warning("a snapshot may be left behind: " + error.message());
    } catch (const Interrupted&) {
        diagnostics::warning("a snapshot may be left behind: there was no time to remove it");
    }
}

std::vector<ModelName> Keeping::names() const {
    std::vector<ModelName> names;
    for (const Kept& kept : kept_)
        names.push_back(kept.as);
    return names;
}

} // namespace codemate::lifecycle::pull
