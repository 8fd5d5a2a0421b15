#include "codemate/base/text.hpp"
#include "codemate/lifecycle/prune.hpp"
#include "codemate/store/layout.hpp"

#include <algorithm>

namespace codemate::lifecycle::prune {
namespace {

constexpr Duration settled_after = std::chrono::hours(1); // server/images.go, PruneLayers

Time latest(const store::Stat& stat) {
    return std::max(stat.identity.modified, stat.identity.changed);
}

class Search {
public:
    Search(const store::Inventory& inventory, Time now) : inventory_(inventory), now_(now) {}

    Leftovers result() {
        if (!inventory_.blobs_known) {
            keep("nothing is left over that could be seen: the blobs cannot be listed");
            return std::move(leftovers_);
        }
        if (const std::optional<Time> change = last_change(); change && now_ - *change < settled_after) {
            keep("all of it stays: a file in blobs/ changed " + relative_in_text(now_, *change) +
                 ", so a pull or a create may be at work; an hour later it may go");
            return std::move(leftovers_);
        }
        add_orphans();
        for (const store::Partial& partial : inventory_.partials)
            add({Leftover::What::partial, partial.paths, partial.on_disk, partial.modified});
        for (const store::Temporary& temporary : inventory_.temporaries) {
            if (temporary.what == store::Temporary::What::conversion) continue; // a directory, and none of blobs/
            add({Leftover::What::temporary, {temporary.path}, temporary.on_disk, temporary.modified});
        }
        return std::move(leftovers_);
    }

private:
    void add(Leftover leftover) { leftovers_.going.push_back(std::move(leftover)); }
    void keep(std::string sentence) { leftovers_.kept.push_back(std::move(sentence)); }

    std::optional<Time> last_change() const {
        std::optional<Time> last;
        const auto look = [&](Time time) {
            if (!last || time > *last) last = time;
        };
        for (const store::Blob& blob : inventory_.blobs)
            look(latest(blob.stat));
        for (const store::Partial& partial : inventory_.partials)
            look(partial.modified);
        for (const store::Temporary& temporary : inventory_.temporaries)
            look(temporary.modified);
        return last;
    }

    void add_orphans() {
        std::size_t count = 0;
        ByteCount bytes;
        for (const store::Blob& blob : inventory_.blobs) {
            if (!blob.users.empty()) continue;
            ++count;
            bytes += blob.stat.on_disk;
            if (!inventory_.orphans_certain) continue;
            const ByteCount frees = blob.stat.links > 1 ? ByteCount() : blob.stat.on_disk;
            add({Leftover::What::orphan, {store::blob_path(blob.digest)}, frees, latest(blob.stat)});
        }
        if (count > 0 && !inventory_.orphans_certain)
            keep(counted(count, "blob") + " (" + to_string(bytes) + ") that no manifest names: they stay, for " +
                 uncertain() + " cannot be understood, and they may be that one's");
    }

    std::string uncertain() const {
        const auto damaged = std::ranges::find_if(inventory_.oddities, [](const store::Oddity& oddity) {
            using What = store::Oddity::What;
            return oddity.what == What::empty_manifest || oddity.what == What::damaged_manifest ||
                   oddity.what == What::unreadable_manifest || oddity.what == What::linked_manifest ||
                   oddity.what == What::misnamed_manifest;
        });
        return damaged == inventory_.oddities.end() ? "a manifest" : quoted(damaged->path);
    }

    const store::Inventory& inventory_;
    Time now_;
    Leftovers leftovers_;
};

} // namespace

Leftovers find_leftovers(const store::Inventory& inventory, Time now) {
    return Search(inventory, now).result();
}

ByteCount Leftovers::frees() const {
    ByteCount sum;
    for (const Leftover& leftover : going)
        sum += leftover.on_disk;
    return sum;
}

std::string_view to_string(Leftover::What what) {
    switch (what) {
    case Leftover::What::orphan:
        return "orphan";
    case Leftover::What::partial:
        return "partial";
    case Leftover::What::temporary:
        break;
    }
    return "temporary";
}

} // namespace codemate::lifecycle::prune
