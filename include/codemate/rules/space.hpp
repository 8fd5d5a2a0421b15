#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/digest.hpp"
#include "codemate/model/image.hpp"
#include "codemate/model/name.hpp"
#include "codemate/ollama/types.hpp"
#include "codemate/store/inventory.hpp"

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

// What models take of a server's disk: what is to come, and what would come free. A layer that several models share
// counts once, everywhere here. All of it is pure.
namespace codemate::rules {

// --- what is to come -------------------------------------------------------------------------------------------------

// Of an unfinished download (facts.md 4.4).
struct Unfinished {
    ByteCount kept;    // fetched for sure: not fetched again
    ByteCount on_disk; // blocks that its files have already: no more room is wanted for them
};

// The blobs that a server has.
struct Present {
    std::set<Digest> blobs{};
    std::map<Digest, Unfinished> unfinished{}; // known only where its files can be read
};
Present present_in(const store::Inventory&);

struct MissingLayer {
    Layer layer;
    Unfinished unfinished{};

    ByteCount to_fetch() const { return layer.size - unfinished.kept; }    // over the network
    ByteCount to_write() const { return layer.size - unfinished.on_disk; } // room that it wants
};

// What one image lacks.
struct Need {
    std::vector<MissingLayer> missing{}; // each digest once, in the manifest's order
    std::size_t layers = 0;              // that the image has, configuration included, each digest once
    ByteCount to_fetch{};
    ByteCount with_others{}; // of it: layers that an image before this one lacks too, and that come with that one
};
struct Needs {
    std::vector<Need> images{};       // in the order of what was asked for
    ByteCount to_fetch{}, to_write{}; // of all, each layer once
};
Needs what_is_missing(std::span<const Image> images, const Present&);

// --- what models take together ---------------------------------------------------------------------------------------

// Bytes of several models on a disk, by their manifests. Of one without its manifest only the sum is known, and what it
// shares with others counts again.
class Together {
public:
    void add(const Image&);
    void add_whole(const Digest&, ByteCount size); // of a manifest that is not known
    ByteCount sum() const;

private:
    std::map<Digest, ByteCount> blobs_, wholes_;
};

// --- what would come free --------------------------------------------------------------------------------------------

// What is known of the models on a server.
struct Holdings {
    const std::vector<ollama::Installed>& installed;
    const store::Inventory* inventory = nullptr;                     // nullptr: its files cannot be read
    const std::map<ModelName, Image, ServerOrder>* images = nullptr; // of installed ones, as far as known
};

// What a figure rests on.
enum class Measure {
    blocks,  // a look at the models directory: what the disk will say
    layers,  // the manifests of all that is installed: lengths
    at_most, // some manifest is not known: what the server lists, with what others may share in it
};

struct Freed {
    ByteCount bytes;
    Measure measure = Measure::blocks;
};
std::string to_text(const Freed&); // "4.1 GB", "up to 4.1 GB"

// What comes free if all of these go, and the others stay. Names that are not installed free nothing.
Freed freed_without(std::span<const ModelName> going, const Holdings&);

} // namespace codemate::rules
