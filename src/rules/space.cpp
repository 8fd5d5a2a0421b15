#include "codemate/rules/space.hpp"

namespace codemate::rules {
namespace {

using Names = std::set<ModelName, ServerOrder>;

Freed by_files(const Names& going, const store::Inventory& inventory) {
    std::vector<bool> goes;
    for (const store::Entry& entry : inventory.models)
        goes.push_back(going.contains(entry.name));
    return {store::used_only_by(inventory, goes), Measure::blocks};
}

const Image* image_of(const ollama::Installed& model, const Holdings& holdings) {
    if (holdings.images == nullptr) return nullptr;
    const auto found = holdings.images->find(model.name);
    return found == holdings.images->end() ? nullptr : &found->second;
}

// Layers that stay because a known model has them, or go because all that have them do; and the sums of models of
// which no more is known.
Freed by_manifests(const Names& going, const Holdings& holdings) {
    std::set<Digest> staying;
    std::map<Digest, ByteCount> blobs;
    Freed freed{{}, Measure::layers};
    for (const ollama::Installed& model : holdings.installed) {
        if (model.cloud()) continue; // a stub has no content here
        const bool goes = going.contains(model.name);
        const Image* image = image_of(model, holdings);
        if (image == nullptr) {
            freed.measure = Measure::at_most;
            if (goes) freed.bytes += model.size;
            continue;
        }
        for (const Layer& blob : image->blobs()) {
            if (goes)
                blobs.emplace(blob.digest, blob.size);
            else
                staying.insert(blob.digest);
        }
    }
    for (const auto& [digest, size] : blobs) {
        if (!staying.contains(digest)) freed.bytes += size;
    }
    return freed;
}

} // namespace

Present present_in(const store::Inventory& inventory) {
    Present present;
    for (const store::Blob& blob : inventory.blobs)
        present.blobs.insert(blob.digest);
    for (const store::Partial& partial : inventory.partials) {
        if (partial.has_data) present.unfinished.emplace(partial.digest, Unfinished{partial.recorded, partial.on_disk});
    }
    return present;
}

Needs what_is_missing(std::span<const Image> images, const Present& present) {
    Needs needs;
    std::set<Digest> counted;
    for (const Image& image : images) {
        Need need;
        for (const Layer& blob : image.blobs()) {
            ++need.layers;
            if (present.blobs.contains(blob.digest)) continue;
            const auto begun = present.unfinished.find(blob.digest);
            const MissingLayer missing{blob, begun == present.unfinished.end() ? Unfinished{} : begun->second};
            need.to_fetch += missing.to_fetch();
            if (counted.insert(blob.digest).second) {
                needs.to_fetch += missing.to_fetch();
                needs.to_write += missing.to_write();
            } else {
                need.with_others += missing.to_fetch();
            }
            need.missing.push_back(missing);
        }
        needs.images.push_back(std::move(need));
    }
    return needs;
}

void Together::add(const Image& image) {
    for (const Layer& blob : image.blobs())
        blobs_.emplace(blob.digest, blob.size);
}

void Together::add_whole(const Digest& digest, ByteCount size) {
    wholes_.emplace(digest, size);
}

ByteCount Together::sum() const {
    ByteCount sum;
    for (const auto* parts : {&blobs_, &wholes_}) {
        for (const auto& [digest, size] : *parts)
            sum += size;
    }
    return sum;
}

std::string to_text(const Freed& freed) {
    return (freed.measure == Measure::at_most ? "up to " : "") + to_string(freed.bytes);
}

Freed freed_without(std::span<const ModelName> going, const Holdings& holdings) {
    const Names names(going.begin(), going.end());
    const bool files_are_known = holdings.inventory != nullptr && holdings.inventory->blobs_known;
    return files_are_known ? by_files(names, *holdings.inventory) : by_manifests(names, holdings);
}

} // namespace codemate::rules
