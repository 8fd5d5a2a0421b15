#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/digest.hpp"
#include "codemate/model/image.hpp"
#include "codemate/rules/space.hpp"
#include "codemate/store/inventory.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

// What comes free when models go, given what stays: layers that models share come free with the last of them.
namespace codemate::rules {

// One installed model's content, as far as it is known.
struct Content {
    const store::Entry* stored = nullptr; // in the inventory
    const Image* image = nullptr;         // else from lock, journal or registry
    ByteCount stated;                     // by the server
};

// The models of a server while some of them are thought to go and to come back. Models go by their number.
class Reclaim {
public:
    // Without an inventory, or with one that does not hold all of the models, lengths are counted; without the manifest
    // of a single one of them, nobody knows what is shared.
    Reclaim(std::vector<Content>, const store::Inventory*);

    Measure measure() const { return measure_; }
    ByteCount without(std::size_t model); // lets it go; what that frees now, after those that are gone already
    ByteCount with(std::size_t model);    // takes it back; what is not freed then
    ByteCount freed() const { return freed_; }

private:
    struct Blob {
        ByteCount size;
        std::uint32_t users = 0; // that are not gone
    };

    void count_blocks(const store::Inventory&);
    void count_lengths();

    std::vector<Content> contents_;
    Measure measure_ = Measure::at_most;
    std::vector<Blob> blobs_;
    std::vector<std::vector<std::size_t>> blobs_of_; // each model's, each once
    std::vector<ByteCount> own_;                     // what goes with the model alone: its manifest, or what is stated
    ByteCount freed_;
};

} // namespace codemate::rules
