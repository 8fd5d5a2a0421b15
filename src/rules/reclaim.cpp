#include "codemate/rules/reclaim.hpp"

#include <algorithm>
#include <map>

namespace codemate::rules {

Reclaim::Reclaim(std::vector<Content> contents, const store::Inventory* inventory)
    : contents_(std::move(contents)), blobs_of_(contents_.size()), own_(contents_.size()) {
    const bool all_stored = inventory != nullptr && std::ranges::all_of(contents_, [](const Content& content) {
                                return content.stored != nullptr;
                            });
    const bool all_told = std::ranges::all_of(
        contents_, [](const Content& content) { return content.stored != nullptr || content.image != nullptr; });
    if (all_stored) {
        count_blocks(*inventory);
    } else if (all_told) {
        count_lengths();
    } else {
        std::ranges::transform(contents_, own_.begin(), &Content::stated);
    }
}

void Reclaim::count_blocks(const store::Inventory& inventory) {
    measure_ = Measure::blocks;
    std::vector<std::vector<std::size_t>> of_entry(inventory.models.size());
    for (const store::Blob& blob : inventory.blobs) {
        // A file of several names takes its space until the last of them is gone.
        const ByteCount size = blob.stat.links > 1 ? ByteCount() : blob.stat.on_disk;
        for (const std::uint32_t user : blob.users)
            of_entry[user].push_back(blobs_.size());
        blobs_.push_back({size, static_cast<std::uint32_t>(blob.users.size())});
    }
    for (std::size_t i = 0; i < contents_.size(); ++i) {
        const store::Entry& entry = *contents_[i].stored;
        blobs_of_[i] = of_entry[static_cast<std::size_t>(&entry - inventory.models.data())];
        own_[i] = entry.stat.links > 1 ? ByteCount() : entry.stat.on_disk;
    }
}

void Reclaim::count_lengths() {
    measure_ = Measure::layers;
    std::map<Digest, std::size_t> numbers;
    for (std::size_t i = 0; i < contents_.size(); ++i) {
        const Image& image = contents_[i].stored != nullptr ? contents_[i].stored->image : *contents_[i].image;
        for (const Layer& layer : image.blobs()) {
            const auto [entry, is_new] = numbers.emplace(layer.digest, blobs_.size());
            if (is_new) blobs_.push_back({layer.size});
            ++blobs_[entry->second].users;
            blobs_of_[i].push_back(entry->second);
        }
    }
}

ByteCount Reclaim::without(std::size_t model) {
    ByteCount freed = own_[model];
    for (const std::size_t blob : blobs_of_[model]) {
        if (--blobs_[blob].users == 0) freed += blobs_[blob].size;
    }
    freed_ += freed;
    return freed;
}

ByteCount Reclaim::with(std::size_t model) {
    ByteCount taken = own_[model];
    for (const std::size_t blob : blobs_of_[model]) {
        if (blobs_[blob].users++ == 0) taken += blobs_[blob].size;
    }
    freed_ = freed_ - taken;
    return taken;
}

} // namespace codemate::rules
