#include "codemate/model/image.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <utility>

namespace codemate {
namespace {

constexpr std::string_view what = "the model's manifest";
constexpr std::size_t most_layers = 100'000;
constexpr std::string_view ollama_layer = "application/vnd.ollama.image.";

struct RoleOfType {
    std::string_view type; // behind application/vnd.ollama.image.
    LayerRole role;
};

// "prompt" is what the first versions called a template; "embed" has no meaning any more (server/images.go of Ollama).
constexpr std::array<RoleOfType, 12> roles_of_types{{
    {"model", LayerRole::weights},
    {"projector", LayerRole::projector},
    {"adapter", LayerRole::adapter},
    {"draft", LayerRole::draft},
    {"template", LayerRole::template_text},
    {"prompt", LayerRole::template_text},
    {"system", LayerRole::system},
    {"params", LayerRole::parameters},
    {"messages", LayerRole::messages},
    {"license", LayerRole::license},
    {"tensor", LayerRole::tensor},
    {"json", LayerRole::tensor},
}};

LayerRole role_of(std::string_view media_type) {
    if (!media_type.starts_with(ollama_layer)) return LayerRole::other;
    const std::string_view type = media_type.substr(ollama_layer.size());
    const auto* const found = std::ranges::find(roles_of_types, type, &RoleOfType::type);
    return found == roles_of_types.end() ? LayerRole::other : found->role;
}

// "sha256:…" in full: digits alone are what /api/tags writes, and no reference to a blob.
Digest digest_at(const json::Cursor& layer) {
    const json::Cursor at = layer.at("digest");
    const std::string& text = at.string();
    const auto digest = text.starts_with("sha256") ? Digest::parse(text) : std::nullopt;
    if (!digest) at.fail("sha256: and 64 hexadecimal digits");
    return *digest;
}

ByteCount size_at(const json::Cursor& layer) {
    const json::Cursor at = layer.at("size");
    const std::uint64_t size = at.unsigned_integer();
    if (size > INT64_MAX) at.fail("a number of bytes");
    return ByteCount(size);
}

Layer read_layer(const json::Cursor& from) {
    Layer layer;
    layer.media_type = from.string_or("mediaType", "");
    layer.role = role_of(layer.media_type);
    layer.digest = digest_at(from);
    layer.size = size_at(from);
    layer.name = from.string_or("name", "");
    return layer;
}

bool is_list_of_images(const json::Cursor& root) {
    const std::string type = root.string_or("mediaType", "");
    return root.has("manifests") || type == "application/vnd.oci.image.index.v1+json" ||
           type == "application/vnd.docker.distribution.manifest.list.v2+json";
}

// Whether two layers are the same bytes for the same purpose.
bool same_layer(const Layer& a, const Layer& b) {
    if (a.digest != b.digest || a.role != b.role) return false;
    return a.role != LayerRole::other || a.media_type == b.media_type;
}

} // namespace

std::string_view to_string(LayerRole role) {
    constexpr std::array<std::string_view, 12> words{"weights",  "projector", "adapter",       "draft",
                                                     "template", "system",    "parameters",    "messages",
                                                     "licence",  "tensors",   "configuration", "other"};
    return words.at(static_cast<std::size_t>(role));
}

bool is_weights(LayerRole role) {
    switch (role) {
    case LayerRole::weights:
    case LayerRole::projector:
    case LayerRole::adapter:
    case LayerRole::draft:
    case LayerRole::tensor:
        return true;
    default:
        return false;
    }
}

Image Image::parse(std::string bytes) {
    const json::Document document = json::read(bytes, what);
    const json::Cursor root(document.root, what);
    if (!document.root.is_object()) root.fail("an object");
    if (is_list_of_images(root)) {
        throw Error(Kind::protocol, std::string(what) + " is a list of images for several platforms, not one model")
            .hint("a model of Ollama is one image: publish it under a tag of its own");
    }
    Image image;
    image.media_type = root.string_or("mediaType", "");
    image.config = read_layer(root.at("config"));
    image.config.role = LayerRole::configuration; // whatever its type: Docker's, OCI's, a vendor's
    if (root.has("layers")) {
        const json::Cursor layers = root.at("layers");
        if (layers.value().elements().size() > most_layers) layers.fail("at most 100,000 layers");
        for (const json::Cursor& layer : layers.elements())
            image.layers.push_back(read_layer(layer));
    }
    image.digest = Digest::of(bytes);
    image.bytes = std::move(bytes);
    return image;
}

ByteCount Image::size() const {
    ByteCount sum = config.size;
    for (const Layer& layer : layers)
        sum += layer.size;
    return sum;
}

ByteCount Image::distinct_size() const {
    ByteCount sum;
    for (const Layer& blob : blobs())
        sum += blob.size;
    return sum;
}

std::vector<Layer> Image::blobs() const {
    std::set<Digest> seen{config.digest};
    std::vector<Layer> once{config};
    for (const Layer& layer : layers) {
        if (seen.insert(layer.digest).second) once.push_back(layer);
    }
    return once;
}

std::vector<Digest> Image::licenses() const {
    std::vector<Digest> digests;
    for (const Layer& layer : layers) {
        if (layer.role == LayerRole::license) digests.push_back(layer.digest);
    }
    return digests;
}

bool Image::same_content(const Image& other) const {
    return config.digest == other.config.digest && std::ranges::equal(layers, other.layers, same_layer);
}

std::string known_quantization(std::string text) {
    return equal_ignoring_case(text, "unknown") ? std::string() : text;
}

Configuration Configuration::parse(std::string_view json_text) {
    constexpr std::string_view name = "the model's configuration";
    const json::Document document = json::read(json_text, name);
    if (!document.root.is_object()) json::Cursor(document.root, name).fail("an object");
    const auto text = [&](std::string_view key) {
        const json::Value* value = document.root.find(key);
        return value != nullptr && value->is_string() ? *value->string() : std::string();
    };
    return {text("model_format"), text("model_family"), text("model_type"), known_quantization(text("file_type"))};
}

} // namespace codemate
