#include "cli/recovery.hpp"

#include "cli/wiring.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/rules/targets.hpp"
#include "codemate/ui/message.hpp"

namespace codemate::cli {
namespace {

namespace use = lifecycle::recover;

std::string sentence(const use::Step& step) {
    const std::string name = step.name.display();
    const std::string source = step.source ? step.source->display() : "";
    switch (step.what) {
    case use::Step::Do::place:
        return name + " is copied from " + source + ": " + step.reason;
    case use::Step::Do::keep:
        return source + " is kept as " + name + ": " + step.reason;
    case use::Step::Do::remove:
        return name + " is removed: " + step.reason;
    case use::Step::Do::leave:
        break;
    }
    return name + " stays: " + step.reason;
}

Recovered carry_out(const use::Plan& plan, Recovery mode, Wiring& wiring, bool& complete) {
    for (const use::Step& step : plan.steps)
        wiring.note("an earlier run left something undone: " + printable(sentence(step)) +
                    (mode == Recovery::only_said ? " (not now: --dry-run)" : ""));
    if (mode == Recovery::only_said || plan.steps.empty()) return {};
    use::Report report = use::execute(plan, {wiring.server(), wiring.clock()}, wiring.stop());
    for (const use::Item& item : report.items) {
        if (item.error) wiring.warn(printable(item.error->message()));
    }
    complete = report.complete();
    return std::move(report.items);
}

// Those of a repair through the server. What is back, or was installed anew, is over.
std::vector<state::Changes::Held> take_removed(std::vector<state::Changes::Held>& held,
                                               const std::vector<ollama::Installed>& installed, Recovery mode,
                                               Wiring& wiring) {
    std::vector<state::Changes::Held> removed;
    for (state::Changes::Held& each : held) {
        const state::Change& change = each.change();
        if (!change.restoring) continue;
        const bool is_there = rules::find(installed, change.name) != nullptr;
        if (is_there && mode == Recovery::done) each.done();
        if (is_there) continue;
        wiring.note("an earlier repair removed " + printable(change.name.display()) +
                    " and was cut off; `codemate "
                    "verify --repair` brings it back at " +
                    change.before->id());
        removed.push_back(std::move(each));
    }
    std::erase_if(held, [](const state::Changes::Held& each) { return each.change().restoring.has_value(); });
    return removed;
}

// Of a change that replaces a content, what its lock says now: that may be another project's than this one. What cannot
// be read pins nothing, and the content from before is the one that is proven.
std::vector<Digest> pinned_by_lock(const state::Change& change) {
    if (!change.replacing || !change.replacing->lock) return {};
    try {
        const manifest::Lock lock = manifest::LockFile(*change.replacing->lock).read();
        const manifest::Locked* entry = lock.find(change.name);
        if (entry == nullptr) return {};
        std::vector<Digest> digests = entry->same;
        digests.push_back(entry->digest);
        return digests;
    } catch (const Error& error) {
        diagnostics::info(error.message());
        return {};
    }
}

// What the server has of it by now: whether that was hashed nobody knows.
std::vector<Digest> fetched_of(const state::Change& change, Wiring& wiring) {
    std::vector<Digest> there;
    for (const Digest& digest : change.fetching) {
        if (wiring.server().has_blob(digest, wiring.stop())) there.push_back(digest);
    }
    return there;
}

} // namespace

Recovering recover(Recovery mode, Wiring& wiring) {
    const state::Changes* changes = wiring.changes();
    if (changes == nullptr) return {};
    std::vector<state::Changes::Held> held = changes->left_behind();
    const std::string server = wiring.server_id();
    std::erase_if(held, [&](const state::Changes::Held& each) { return each.change().server != server; });
    if (held.empty()) return {};
    use::Facts facts;
    facts.installed = wiring.server().installed(wiring.stop());
    Recovering result;
    result.removed = take_removed(held, facts.installed, mode, wiring);
    for (const state::Changes::Held& each : held) {
        facts.pinned.emplace(facts.changes.size(), pinned_by_lock(each.change()));
        facts.changes.push_back(each.change());
    }
    facts.now = wiring.clock().now();
    bool complete = true;
    result.items = carry_out(use::plan(facts), mode, wiring, complete);
    for (state::Changes::Held& each : held) {
        const std::vector<Digest> there = fetched_of(each.change(), wiring);
        result.unverified.insert(result.unverified.end(), there.begin(), there.end());
        const bool over = mode == Recovery::done && complete && !use::may_still_arrive(each.change(), facts);
        if (over && there.empty())
            each.done();
        else if (over)
            result.pending.push_back(std::move(each));
    }
    return result;
}

Recovered sweep(const std::vector<ollama::Installed>& installed, Recovery mode, Wiring& wiring) {
    bool ignored = true;
    return carry_out(use::plan({{}, installed, wiring.clock().now()}), mode, wiring, ignored);
}

json::Value recovered_json(const Recovered& items) {
    json::Value list = json::Value::array();
    for (const use::Item& item : items) {
        json::Value object = json::Value::object();
        object.set("do", use::to_string(item.step.what)).set("name", item.step.name.display());
        if (item.step.source) object.set("source", item.step.source->display());
        object.set("reason", item.step.reason);
        if (item.error) object.set("error", ui::error_json(*item.error));
        list.add(std::move(object));
    }
    return list;
}

} // namespace codemate::cli
