#pragma once

#include "support/memory_disk.hpp"

#include "codemate/base/digest.hpp"
#include "codemate/store/layout.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace codemate::test {

inline std::string layer_json(std::string_view type, std::string_view content) {
    return R"({"mediaType":")" + std::string(type) + R"(","digest":")" + Digest::of(content).text() + R"(","size":)" +
           std::to_string(content.size()) + '}';
}

// A manifest as the server writes it, whose weights, template … are these texts.
inline std::string manifest_of(std::string_view configuration, const std::vector<std::string>& layers) {
    std::string text = R"({"schemaVersion":2,"config":)" +
                       layer_json("application/vnd.docker.container.image.v1+json", configuration) + R"(,"layers":[)";
    for (const std::string& layer : layers) {
        if (&layer != &layers.front()) text += ',';
        text += layer_json("application/vnd.ollama.image.model", layer);
    }
    return text + "]}";
}

inline std::string path_of_blob(std::string_view content) {
    return store::blob_path(Digest::of(content));
}

inline std::string path_of_model(std::string_view name) {
    return store::manifest_path(ModelName::parse(name));
}

// The model with all its blobs.
inline void install(MemoryDisk& disk, std::string_view name, std::string_view configuration,
                    const std::vector<std::string>& layers) {
    disk.put(path_of_model(name), manifest_of(configuration, layers));
    if (!disk.has(path_of_blob(configuration))) disk.put(path_of_blob(configuration), std::string(configuration));
    for (const std::string& layer : layers) {
        if (!disk.has(path_of_blob(layer))) disk.put(path_of_blob(layer), layer);
    }
}

} // namespace codemate::test
