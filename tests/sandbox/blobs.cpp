#include "sandbox/go_json.hpp"
#include "sandbox/handlers.hpp"

namespace codemate::sandbox {
namespace {

std::string digest_in(const Request& request) {
    return request.path.substr(std::string_view("/api/blobs/").size());
}

std::optional<std::uint64_t> known_size(World& world, const std::string& digest) {
    try {
        return world.store.blob_size(digest);
    } catch (const StoreError& error) {
        throw Refusal{error.text == "invalid digest format" ? 400 : 500, error.text};
    }
}

} // namespace

Reply handle_blob_head(World& world, const Request& request) {
    const auto digest = digest_in(request);
    if (known_size(world, digest)) return empty_reply(200);
    throw Refusal{404, "blob " + go::quoted(digest) + " not found"};
}

Reply handle_blob_post(World& world, const Request& request) {
    const auto digest = digest_in(request);
    if (known_size(world, digest)) return empty_reply(200);
    // What has another digest stays under the one that it has.
    const auto stored = world.store.add_blob(request.body);
    if (stored != digest)
        throw Refusal{400, "digest mismatch, expected " + go::quoted(digest) + ", got " + go::quoted(stored)};
    return empty_reply(201);
}

} // namespace codemate::sandbox
