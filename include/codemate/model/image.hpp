#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/digest.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codemate {

// What a layer is for, by its media type application/vnd.ollama.image.* (facts.md 4.2).
enum class LayerRole {
    weights,
    projector,
    adapter,
    draft,
    template_text,
    system,
    parameters,
    messages,
    license,
    tensor, // safetensors models: one layer a tensor, and their JSON files
    configuration,
    other,
};
std::string_view to_string(LayerRole); // "weights", "template", "licence" …: for people

bool is_weights(LayerRole); // whatever of a model is loaded into memory: also projectors, adapters, tensors

struct Layer {
    LayerRole role = LayerRole::other;
    std::string media_type;
    Digest digest;
    ByteCount size;   // as the manifest states it
    std::string name; // of tensors; may be empty

    bool operator==(const Layer&) const = default;
};

// One model as a registry serves it and a server stores it: the exact bytes of its manifest, and what they say.
struct Image {
    Digest digest;     // of `bytes`
    std::string bytes; // the manifest, byte for byte
    Layer config;
    std::vector<Layer> layers; // in the manifest's order
    std::string media_type{};  // that the manifest gives itself; may be empty

    // Throws Error{protocol}: no JSON object, digests that are none, sizes that are none, more than 100,000 layers, a
    // list of images (OCI index) instead of one.
    static Image parse(std::string bytes);

    ByteCount size() const; // the sum of configuration and layers, as /api/tags reports it: duplicates count each time
    ByteCount distinct_size() const;
    std::vector<Layer> blobs() const;     // configuration and layers, each digest once
    std::vector<Digest> licenses() const; // of its licence layers, in the manifest's order
    // The same configuration and layers in the same order, whatever the manifest's bytes (`from` and names are not
    // looked at).
    bool same_content(const Image&) const;
};

// Empty for "unknown", which Ollama says of weights of several types or of one that it does not know (fs/ggml/type.go).
std::string known_quantization(std::string);

// The configuration blob's JSON, as far as it describes the model. Tolerant: what is absent is empty.
struct Configuration {
    std::string format, family, parameter_size, quantization; // model_format, model_family, model_type, file_type
    static Configuration parse(std::string_view json_text);   // throws Error{protocol} for what is no JSON object
};

} // namespace codemate
