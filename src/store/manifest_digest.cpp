#include "codemate/store/manifest_digest.hpp"

#include <algorithm>

namespace codemate::store {

std::size_t bytes_hashed_by_server(std::string_view manifest) {
    const std::size_t brace = manifest.rfind('}'); // the last one: behind it is nothing but white space
    if (brace == std::string_view::npos) return manifest.size();
    std::size_t buffer = 512;
    while (buffer <= brace)
        buffer = 2 * buffer + 512;
    return std::min(buffer, manifest.size());
}

std::optional<Digest> digest_listed_by_server(std::string_view manifest) {
    const std::size_t hashed = bytes_hashed_by_server(manifest);
    if (hashed == manifest.size()) return std::nullopt;
    return Digest::of(manifest.substr(0, hashed));
}

} // namespace codemate::store
