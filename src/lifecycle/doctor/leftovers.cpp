#include "lifecycle/doctor/checks.hpp"
#include "lifecycle/doctor/findings.hpp"

#include "codemate/base/text.hpp"
#include "codemate/rules/keep.hpp"
#include "codemate/rules/own_names.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>

namespace codemate::lifecycle::doctor {
namespace {

constexpr Duration settled_after = std::chrono::hours(1); // server/images.go, PruneLayers
constexpr ByteCount hardly_any(1'000'000'000), little(10'000'000'000);

bool is_settled(const store::Partial& partial, Time now) {
    return now - partial.modified >= settled_after;
}

// Records were removed, and the data was not: the server takes the blob for smaller than it is (facts.md 4.5).
bool lacks_records(const store::Partial& partial) {
    return partial.has_data && partial.records > 0 && partial.planned != partial.extent;
}

std::string shown(const store::Partial& partial) {
    return partial.digest.text().substr(0, 19) + "… (" + to_string(partial.recorded) + " of " +
           to_string(partial.extent) + ")";
}

struct Sum {
    std::size_t count = 0;
    ByteCount bytes;
    void add(ByteCount more) {
        ++count;
        bytes += more;
    }
};

// Of the required models that are not there, by the lock; nothing where it does not know one of them.
std::optional<ByteCount> still_to_come(const Facts& facts) {
    if (!has_project(facts) || !facts.installed || !facts.lock || !*facts.lock) return std::nullopt;
    ByteCount sum;
    for (const ModelName& name : manifest::required_set(*facts.manifest)) {
        if (rules::find(*facts.installed, name) != nullptr) continue;
        const manifest::Locked* locked = (*facts.lock)->find(name);
        if (locked == nullptr) return std::nullopt;
        sum += locked->size;
    }
    return sum;
}

} // namespace

Findings check_downloads(const Facts& facts) {
    const store::Inventory* const there = inventory(facts);
    if (there == nullptr) return {no_inventory(facts)};
    std::vector<std::string> blocked;
    Sum old, fresh;
    for (const store::Partial& partial : there->partials) {
        const bool settled = is_settled(partial, facts.now);
        if (partial.is_blocked() || (settled && lacks_records(partial)))
            blocked.push_back(shown(partial));
        else
            (settled ? old : fresh).add(partial.on_disk);
    }
    for (const store::Temporary& temporary : there->temporaries)
        (facts.now - temporary.modified >= settled_after ? old : fresh).add(temporary.on_disk);
    Findings findings;
    if (!blocked.empty())
        findings.push_back(
            problem("wedged", "unfinished downloads whose bookkeeping is broken: " + some(blocked),
                    "pulls of that layer fail (EOF, digest mismatch) until its files are gone",
                    {"`codemate prune --leftovers` removes them, an hour after the last download; or remove "
                     "blobs/sha256-…-partial* of that layer, then pull again"}));
    if (old.count > 0)
        findings.push_back(note("unfinished",
                                counted(old.count, "unfinished download") + " of more than an hour ago, " +
                                    to_string(old.bytes) + " of the disk",
                                "a pull of the same model goes on from there; else they only take room",
                                {"pull again, or `codemate prune --leftovers`"}));
    if (findings.empty())
        findings.push_back(
            ok_in_store(facts, fresh.count == 0 ? "none is unfinished"
                                                : counted(fresh.count, "download") + " under way, or just broken off"));
    return findings;
}

Findings check_leftovers(const Facts& facts) {
    const store::Inventory* const there = inventory(facts);
    if (there == nullptr) return {no_inventory(facts)};
    if (!there->orphans_certain) return {skipped("what is unused cannot be told while a manifest cannot be read")};
    Sum orphans;
    for (const store::Blob& blob : there->blobs) {
        if (blob.users.empty()) orphans.add(blob.stat.on_disk);
    }
    if (orphans.count == 0) return {ok("no blob is unused")};
    return {note("orphans", counted(orphans.count, "blob") + " that no model uses, " + to_string(orphans.bytes),
                 "they take room until the server starts the next time",
                 {"`codemate prune --leftovers` removes those that are older than an hour"})};
}

Findings check_snapshots(const Facts& facts) {
    if (!facts.installed) return {not_seen(facts.installed, no_answer)};
    Sum snapshots, helpers, young;
    for (const ollama::Installed& model : *facts.installed) {
        if (rules::parse_snapshot_name(model.name))
            snapshots.add(model.size);
        else if (rules::is_own_name(model.name))
            (rules::is_left_behind(model, facts.now) ? helpers : young).add(model.size);
    }
    std::string bytes = "at most " + to_string(snapshots.bytes + helpers.bytes + young.bytes);
    if (const store::Inventory* const there = inventory(facts)) {
        std::vector<bool> own;
        for (const store::Entry& entry : there->models)
            own.push_back(rules::is_own_name(entry.name));
        bytes = to_string(store::used_only_by(*there, own));
    }
    Findings findings;
    if (helpers.count > 0)
        findings.push_back(note("cut_off",
                                counted(helpers.count, "name") + " that codemate made and a cut off run left behind",
                                "they hold layers that nothing else may need",
                                {"the next `codemate pull`, `update` or `prune` finishes or removes them"}));
    if (young.count > 0)
        findings.push_back(note("in_use", counted(young.count, "name") + " that codemate made a short time ago",
                                "a run may be at work with what is named so, or was cut off just now",
                                {"if none is at work, the next `codemate pull`, `update` or `prune` finishes or "
                                 "removes what this machine's codemate left, and an hour after it was made (an "
                                 "update's candidate: a day) also what another one left"}));
    if (snapshots.count > 0)
        findings.push_back(note("kept",
                                counted(snapshots.count, "snapshot") +
                                    " of models that were replaced; what only they "
                                    "use is " +
                                    bytes,
                                "`codemate rollback` needs them; after 14 days `codemate prune` offers them",
                                {"`codemate prune` shows them; `codemate rm NAME` removes one now"}));
    if (findings.empty()) findings.push_back(ok("none"));
    return findings;
}

Findings check_space(const Facts& facts) {
    if (!facts.store || !facts.store->space)
        return {facts.store.failure ? not_seen(facts.store, no_store) : skipped(std::string(no_store))};
    const ByteCount free = facts.store->space->free;
    const std::string found = to_string(free) + " free of " + to_string(facts.store->space->total) + ", where " +
                              quoted(facts.store->path) + " is";
    const auto advice = [&](ByteCount wanted) {
        const std::uint64_t gigabytes = (wanted.count() - std::min(wanted, free).count() + 999'999'999) / 1'000'000'000;
        return "`codemate prune --dry-run --to-free " + std::to_string(gigabytes) +
               "GB` says what could go; `codemate du` what takes room";
    };
    if (const auto needed = still_to_come(facts); needed && *needed > free)
        return {problem("too_little",
                        found + ", and the required models that are not there take " + to_string(*needed) + ": " +
                            to_string(*needed - free) + " short",
                        "`codemate pull` would fail", {advice(*needed)})};
    if (free < hardly_any)
        return {problem("full", found, "downloads fail, and a server that cannot write damages what it writes",
                        {advice(little)})};
    if (free < little) return {note("low", found, "one larger model fills it", {advice(little)})};
    return {ok(found)};
}

} // namespace codemate::lifecycle::doctor
