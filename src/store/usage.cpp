#include "codemate/store/inventory.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace codemate::store {
namespace {

// Tells the files of several names that were met before.
class Met {
public:
    bool again(const Stat& stat) {
        const Identity& identity = stat.identity;
        return stat.links > 1 && !files_.emplace(identity.device, identity.inode).second;
    }

private:
    std::set<std::pair<std::uint64_t, std::uint64_t>> files_;
};

} // namespace

ByteCount Usage::sum() const {
    return used + orphaned + partial + temporary + odd + manifests + directories;
}

Usage usage(const Inventory& inventory) {
    Usage usage;
    usage.directories = inventory.directories;
    Met met;
    for (const Blob& blob : inventory.blobs) {
        if (met.again(blob.stat)) continue;
        (blob.users.empty() ? usage.orphaned : usage.used) += blob.stat.on_disk;
        if (blob.users.size() > 1) usage.shared += blob.stat.on_disk;
    }
    for (const Partial& partial : inventory.partials)
        usage.partial += partial.on_disk;
    for (const Temporary& temporary : inventory.temporaries)
        usage.temporary += temporary.on_disk;
    for (const Oddity& oddity : inventory.oddities)
        usage.odd += oddity.on_disk;
    for (const Entry& entry : inventory.models)
        usage.manifests += entry.stat.on_disk;
    return usage;
}

ByteCount used_only_by(const Inventory& inventory, const std::vector<bool>& models) {
    ByteCount sum;
    Met met;
    for (const Blob& blob : inventory.blobs) {
        if (met.again(blob.stat) || blob.users.empty()) continue;
        if (std::ranges::all_of(blob.users, [&](std::uint32_t user) { return models[user]; })) sum += blob.stat.on_disk;
    }
    return sum;
}

std::vector<Footprint> footprints(const Inventory& inventory) {
    std::vector<Footprint> footprints(inventory.models.size());
    for (const Blob& blob : inventory.blobs) {
        for (const std::uint32_t user : blob.users) {
            Footprint& footprint = footprints[user];
            (blob.users.size() == 1 ? footprint.alone : footprint.shared) += blob.stat.on_disk;
        }
    }
    return footprints;
}

} // namespace codemate::store
