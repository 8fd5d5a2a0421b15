#include "codemate/registry/image_parts.hpp"

#include "codemate/base/error.hpp"
#include "codemate/model/gguf.hpp"

#include <algorithm>
#include <array>

namespace codemate::registry {
namespace {

// The context length stands before the tokenizer nearly always; some headers have it behind, after some megabytes.
constexpr std::array header_steps{ByteCount(std::uint64_t{64} << 10), ByteCount(std::uint64_t{8} << 20)};

constexpr ByteCount largest_configuration(std::uint64_t{4} << 20); // of safetensors models it lists every tensor

template<typename Ask>
auto part_of_image(Ask&& ask) {
    try {
        return ask();
    } catch (const Error& error) {
        if (error.kind() != Kind::not_found) throw;
        throw Error(Kind::damaged, "its registry has the manifest, but not all that it names: " + error.message());
    }
}

} // namespace

Configuration configuration(Registry& registry, const ModelName& source, const Image& image, Stop stop) {
    return part_of_image(
        [&] { return Configuration::parse(registry.blob(source, image.config.digest, largest_configuration, stop)); });
}

std::optional<std::uint64_t> supported_context(Registry& registry, const ModelName& source, const Image& image,
                                               Stop stop) {
    const auto weights = std::ranges::find(image.layers, LayerRole::weights, &Layer::role);
    if (weights == image.layers.end()) return std::nullopt;
    for (const ByteCount step : header_steps) {
        const auto facts =
            read_gguf_header(part_of_image([&] { return registry.blob_head(source, weights->digest, step, stop); }));
        if (!facts) return std::nullopt;
        if (facts->context_length || !facts->needs_more) return facts->context_length;
    }
    return std::nullopt;
}

} // namespace codemate::registry
