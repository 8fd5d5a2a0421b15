#include "lifecycle/pull/keeping.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/rules/own_names.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>

namespace codemate::lifecycle::pull {
namespace {

// A stop in the middle of these last steps is one more thing that went wrong with them.
template<typename Act>
std::optional<std::string> failure_of(Act&& act) {
    try {
        act();
        return std::nullopt;
    } catch (const Error& error) {
        return error.message();
    } catch (const Interrupted&) {
        return "there was no time left for it";
    }
}

} // namespace

void Keeping::keep(const ModelName& name, const std::vector<ollama::Installed>& installed, Stop stop) {
    const bool is_known = std::ranges::any_of(kept_, [&](const Kept& kept) { return kept.of.same_on_server(name); });
    if (is_known) return;
    const ollama::Installed* there = rules::find(installed, name);
    Kept kept{name, there == nullptr ? std::nullopt : std::optional(*there), {}};
    if (there != nullptr && there->digest) {
        const Time now = clock_.now();
        const ModelName as = rules::free_snapshot_name(there->name, now, *there->digest, installed);
        // Nothing is replaced: the name is new, and the spare is not needed.
        const ModelName spare = rules::free_snapshot_name(there->name, now, Digest(), installed);
        ollama::copy_over(server_, there->name, as, spare, installed, std::move(stop));
        kept.as = as;
    }
    kept_.push_back(std::move(kept));
}

void Keeping::settle(Kept& kept, const Pin& pin, std::vector<std::string>& notes, const Stop& stop) {
    const std::vector<ollama::Installed> now = server_.installed(stop);
    const ollama::Installed* there = rules::find(now, kept.of);
    if (there != nullptr && pin.is(there->digest)) return;
    if (!kept.was) {
        if (there == nullptr) return;
        server_.remove(kept.of, stop);
        notes.push_back("it was removed again");
        return;
    }
    if (there != nullptr && there->digest == kept.was->digest) {
        if (kept.as) server_.remove(*kept.as, stop);
        kept.as.reset();
        return;
    }
    if (!kept.as) throw Error(Kind::failed, "the server had told no digest of what was installed before");
    const Digest digest = there == nullptr ? Digest() : there->digest.value_or(Digest());
    const ModelName spare = rules::free_snapshot_name(kept.of, clock_.now(), digest, now);
    ollama::copy_over(server_, *kept.as, kept.of, spare, now, stop);
    server_.remove(*kept.as, stop);
    kept.as.reset();
    notes.push_back("what was installed before is back");
}

std::vector<std::string> Keeping::undo(const Pin& pin, Stop stop) {
    std::vector<std::string> notes;
    for (Kept& kept : kept_) {
        if (const auto failure = failure_of([&] { settle(kept, pin, notes, stop); })) {
            settled_ = false;
            notes.push_back("what came of it could not be undone: " + *failure);
        }
    }
    for (const ModelName& name : names())
        notes.push_back("what was installed before is kept as " + name.display());
    return notes;
}

std::vector<std::string> Keeping::drop_needless(Stop stop) {
    std::vector<std::string> notes;
    if (names().empty()) return notes;
    const auto failure = failure_of([&] {
        const std::vector<ollama::Installed> now = server_.installed(stop);
        for (Kept& kept : kept_) {
            const ollama::Installed* there = rules::find(now, kept.of);
            if (!kept.as || there == nullptr || there->digest != kept.was->digest) continue;
            server_.remove(*kept.as, stop);
            kept.as.reset();
        }
    });
    if (failure) settled_ = false;
    if (failure) notes.push_back("a snapshot that is not needed could not be removed: " + *failure);
    return notes;
}

std::vector<ModelName> Keeping::names() const {
    std::vector<ModelName> names;
    for (const Kept& kept : kept_) {
        if (kept.as) names.push_back(*kept.as);
    }
    return names;
}

} // namespace codemate::lifecycle::pull
