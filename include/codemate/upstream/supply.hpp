#pragma once

#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/model/image.hpp"
#include "codemate/relay/relay.hpp"
#include "codemate/upstream/upstream.hpp"

#include <map>
#include <optional>
#include <span>
#include <vector>

// Where each layer of one image is to be had, whatever its tag serves now: a registry keeps the blobs of a tag that has
// moved, often for a long time, and a mirror may have them still.
namespace codemate::upstream {

struct Supply {
    Image image;
    std::vector<Layer> missing;              // on the server, each digest once, in the manifest's order
    std::map<Digest, relay::Source> sources; // of missing ones
    std::vector<Layer> nowhere;              // of missing ones: no place has them
    std::vector<Error> unanswered;           // of places that could not be asked, once each
    std::vector<std::string> contradictions; // of places that have a layer in another size than the manifest says
    std::vector<ModelName> places;           // that were asked
    std::string where{};                     // as of Ports

    bool complete() const { return nowhere.empty(); }
    ByteCount to_fetch() const; // bytes of the missing ones
    // Why it cannot be installed: Error{not_found} that names a layer, its kind and size, or what a place that could
    // not be asked said. Nothing where it is complete.
    std::optional<Error> obstacle() const;
};

// Asks server and places, in parallel; a place that does not answer is asked once only. Without a server all layers
// count as missing.
Supply find_supply(Image, std::span<const ModelName> places, const Ports&, const Run&);

// The manifest of that digest at the first place that has it: what the tag serves, or what is served by digest. Nothing
// where none has it.
std::optional<Image> find_image(const Digest&, std::span<const ModelName> places, const Ports&, const Run&);

// A model as it is to be on the server, whatever is there now.
struct Delivery {
    ModelName name;
    Image image;
    std::vector<ModelName> places; // where its layers are to be had, best first
};

} // namespace codemate::upstream
