#include "codemate/store/inventory.hpp"

#include <set>
#include <utility>

namespace codemate::store {

ByteCount Usage::sum() const {
    return used + orphaned + partial + temporary + odd + manifests + directories;
}

Usage usage(const Inventory& inventory) {
    Usage usage;
    usage.directories = inventory.directories;
    std::set<std::pair<std::uint64_t, std::uint64_t>> counted; // files of several names
    for (const Blob& blob : inventory.blobs) {
        const Identity& identity = blob.stat.identity;
        if (blob.stat.links > 1 && !counted.emplace(identity.device, identity.inode).second) continue;
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
