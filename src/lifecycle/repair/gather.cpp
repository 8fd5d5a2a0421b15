#include "codemate/base/diagnostics.hpp"
#include "codemate/base/parallel.hpp"
#include "codemate/lifecycle/repair.hpp"

#include <algorithm>
#include <utility>

namespace codemate::lifecycle::repair {
namespace {

constexpr std::size_t workers = 8;

// The newest entry of a name tells what was there last.
std::optional<Image> pulled_image(const ModelName& name, const std::vector<state::Pulled>& pulled) {
    for (auto each = pulled.rbegin(); each != pulled.rend(); ++each) {
        if (!each->name.same_on_server(name)) continue;
        if (!each->manifest) return std::nullopt;
        return Image::parse(*each->manifest);
    }
    return std::nullopt;
}

// Without a lock's or the journal's bytes a manifest would have to be guessed.
Facts::Manifest remembered(const BadManifest& bad, const Memory& memory) {
    Facts::Manifest manifest{bad};
    try {
        const manifest::Locked* const locked = memory.lock.find(bad.name);
        if (locked != nullptr && locked->bytes) {
            manifest.image = Image::parse(*locked->bytes);
            manifest.from = "codemate.lock";
        } else if (locked == nullptr) { // what is locked is not brought back as something else
            manifest.image = pulled_image(bad.name, memory.pulled);
            manifest.from = "the journal of pulls";
        }
    } catch (const Error& error) {
        diagnostics::info(error.message());
    }
    return manifest;
}

void add_places(std::vector<ModelName>& places, const ModelName& name, const Memory& memory) {
    const auto add = [&](const ModelName& place) {
        if (std::ranges::find(places, place) == places.end()) places.push_back(place);
    };
    if (const manifest::Locked* locked = memory.lock.find(name)) add(locked->source);
    for (const state::Pulled& pulled : memory.pulled) {
        if (pulled.name.same_on_server(name)) add(pulled.source);
    }
    for (const ModelName& place : memory.manifest.places_of(name))
        add(place);
}

void find_sources(Facts::Blob& blob, const Memory& memory, const Ports& ports, const Stop& stop) {
    std::vector<ModelName> places;
    for (const ModelName& model : blob.bad.models)
        add_places(places, model, memory);
    for (const ModelName& place : places) {
        try {
            if (ports.registry.find_blob(place, blob.bad.layer.digest, stop)) blob.sources.push_back(place);
        } catch (const Error& error) {
            blob.unanswered.push_back(error);
        }
    }
}

class Blobs {
public:
    explicit Blobs(const Damage& damage) {
        for (const BadBlob& blob : damage.blobs)
            all_.push_back({blob});
    }

    // Of a manifest that is to come back, as far as their files tell that they are missing or cut.
    void add_of(const Image& image, const ModelName& name, const store::Inventory& inventory) {
        for (const Layer& layer : image.blobs()) {
            const auto known =
                std::ranges::find(all_, layer.digest, [](const auto& each) { return each.bad.layer.digest; });
            if (known != all_.end()) {
                known->bad.models.push_back(name);
                continue;
            }
            const store::Blob* const there = inventory.find(layer.digest);
            if (there != nullptr && there->stat.identity.size == layer.size) continue;
            BadBlob bad{layer, {name}};
            if (there != nullptr) bad.found = there->stat.identity;
            all_.push_back({std::move(bad)});
        }
    }

    std::vector<Facts::Blob> take() { return std::move(all_); }

private:
    std::vector<Facts::Blob> all_;
};

} // namespace

Facts gather(const Damage& damage, const store::Inventory& inventory, const Memory& memory, const Ports& ports,
             const Run& run) {
    Facts facts;
    Blobs blobs(damage);
    for (const BadManifest& bad : damage.manifests) {
        facts.manifests.push_back(remembered(bad, memory));
        if (const auto& image = facts.manifests.back().image) blobs.add_of(*image, bad.name, inventory);
    }
    facts.blobs = blobs.take();
    for_each_parallel(facts.blobs.size(), workers,
                      [&](std::size_t i) { find_sources(facts.blobs[i], memory, ports, run.stop); });
    return facts;
}

} // namespace codemate::lifecycle::repair
