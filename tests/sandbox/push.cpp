#include "sandbox/push.hpp"

#include "codemate/base/bytes.hpp"
#include "codemate/base/digest.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"

#include <algorithm>
#include <charconv>

namespace codemate::sandbox {
namespace {

Reply error_reply(int status, std::string_view code, std::string_view message) {
    return {.status = status,
            .headers = {{"Content-Type", "application/json"}},
            .body =
                R"({"errors":[{"code":")" + std::string(code) + R"(","message":")" + std::string(message) + "\"}]}"};
}

// /v2/REPOSITORY/manifests/REFERENCE, …/blobs/DIGEST, …/blobs/uploads/[NAME]
struct Place {
    enum class Kind { manifest, blob, upload } kind;
    std::string repository, reference;
};

std::optional<Place> place_of(std::string_view path) {
    constexpr std::string_view root = "/v2/";
    if (!path.starts_with(root)) return std::nullopt;
    path.remove_prefix(root.size());
    const auto at = [&](std::string_view mark, Place::Kind kind) -> std::optional<Place> {
        const auto found = path.rfind(mark);
        if (found == std::string_view::npos || found == 0) return std::nullopt;
        return Place{kind, std::string(path.substr(0, found)), std::string(path.substr(found + mark.size()))};
    };
    if (auto place = at("/blobs/uploads/", Place::Kind::upload)) return place;
    if (auto place = at("/blobs/", Place::Kind::blob)) return place;
    return at("/manifests/", Place::Kind::manifest);
}

std::string parameter(const Request& request, std::string_view name) {
    const auto found = std::ranges::find(request.query, name, &Headers::value_type::first);
    return found == request.query.end() ? "" : found->second;
}

std::string address(const Request& request, const Place& place, const std::string& upload) {
    const auto* host = request.header("Host");
    return "http://" + (host == nullptr ? "" : *host) + "/v2/" + place.repository + "/blobs/uploads/" + upload;
}

Reply on_its_way(int status, const World& world, const Request& request, const Place& place,
                 const std::string& upload) {
    const std::uint64_t size = world.pushed.size(upload).value_or(0);
    return {.status = status,
            .headers = {{"Location", address(request, place, upload)},
                        {"Range", "0-" + std::to_string(size == 0 ? 0 : size - 1)},
                        {"Docker-Upload-Uuid", upload}}};
}

Reply stored(World& world, const Place& place, const std::string& kind, const std::string& digest,
             const Occasion& occasion) {
    const bool lies = world.faults.strike("push-wrong-digest", occasion).has_value();
    return {.status = 201,
            .headers = {{"Location", "/v2/" + place.repository + "/" + kind + "/" + digest},
                        {"Docker-Content-Digest", lies ? Digest::of("another").text() : digest}}};
}

// "first-last" of a part, which has to begin where the upload ends.
bool is_next(const Request& request, std::uint64_t size) {
    const auto* range = request.header("Content-Range");
    if (range == nullptr) return true;
    std::uint64_t first = 0;
    const auto [end, failed] = std::from_chars(range->data(), range->data() + range->size(), first);
    return failed == std::errc() && end != range->data() + range->size() && *end == '-' && first == size;
}

Reply take_part(World& world, const Request& request, const Place& place, const Occasion& occasion) {
    if (world.faults.strike("push-no-parts", occasion)) return error_reply(405, "UNSUPPORTED", "no parts");
    if (!is_next(request, *world.pushed.size(place.reference)))
        return error_reply(416, "BLOB_UPLOAD_INVALID", "blob upload invalid");
    if (world.faults.strike("push-cut", occasion)) { // half of it arrives, and no answer comes back
        world.pushed.append(place.reference, std::string_view(request.body).substr(0, request.body.size() / 2));
        return {.cut = true};
    }
    world.pushed.append(place.reference, request.body);
    return on_its_way(202, world, request, place, place.reference);
}

Reply end_upload(World& world, const Request& request, const Place& place, const Occasion& occasion) {
    world.pushed.append(place.reference, request.body);
    const std::string digest = parameter(request, "digest");
    if (!world.pushed.end(place.reference, digest))
        return error_reply(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
    if (world.faults.strike("push-cut-at-end", occasion)) return {.cut = true};
    return stored(world, place, "blobs", digest, occasion);
}

Reply begin_upload(World& world, const Request& request, const Place& place, const Occasion& occasion) {
    const std::string mount = parameter(request, "mount");
    if (!mount.empty() && world.pushed.mount(place.repository, parameter(request, "from"), mount))
        return stored(world, place, "blobs", mount, occasion);
    return on_its_way(202, world, request, place, world.pushed.begin(place.repository));
}

Reply upload_reply(World& world, const Request& request, const Place& place, const Occasion& occasion) {
    if (place.reference.empty()) {
        if (request.method == "POST") return begin_upload(world, request, place, occasion);
        return error_reply(405, "UNSUPPORTED", "method not allowed");
    }
    if (const auto limit = world.faults.strike("push-part-limit", occasion);
        limit && request.body.size() > ByteCount::parse(limit->value).count())
        return {.status = 413, .headers = {{"Content-Type", "text/html"}}, .body = "<html>too large</html>\n"};
    if (world.faults.strike("push-forgets", occasion)) world.pushed.forget(place.reference);
    if (!world.pushed.size(place.reference))
        return error_reply(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
    if (request.method == "PATCH") return take_part(world, request, place, occasion);
    if (request.method == "PUT") return end_upload(world, request, place, occasion);
    if (request.method == "GET") return on_its_way(204, world, request, place, place.reference);
    if (request.method == "DELETE") {
        world.pushed.forget(place.reference);
        return {.status = 204};
    }
    return error_reply(405, "UNSUPPORTED", "method not allowed");
}

// Throws Error for what is no manifest.
std::optional<std::string> missing_blob(const World& world, const Place& place, const std::string& manifest) {
    const json::Document document = json::read(manifest, "the manifest");
    const json::Cursor root(document.root, "the manifest");
    std::vector<std::string> digests{root.at("config").at("digest").string()};
    for (const auto& layer : root.at("layers").elements())
        digests.push_back(layer.at("digest").string());
    for (const auto& digest : digests)
        if (!world.pushed.blob(place.repository, digest) && !world.catalog.blob(digest)) return digest;
    return std::nullopt;
}

Reply put_manifest(World& world, const Request& request, const Place& place, const Occasion& occasion) {
    try {
        if (const auto digest = missing_blob(world, place, request.body))
            return error_reply(404, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry: " + *digest);
    } catch (const std::exception&) {
        return error_reply(400, "MANIFEST_INVALID", "manifest invalid");
    }
    const auto* type = request.header("Content-Type");
    const std::string digest = Digest::of(request.body).text();
    world.pushed.put(place.repository, place.reference, {request.body, type == nullptr ? "" : *type, digest});
    return stored(world, place, "manifests", digest, occasion);
}

} // namespace

std::optional<Reply> push(World& world, const Request& request) {
    const auto place = place_of(request.path);
    if (!place) return std::nullopt;
    const Occasion occasion{request.path, Name::parse(place->repository)};
    const bool writes = request.method != "GET" && request.method != "HEAD";
    if (writes) {
        if (const auto status = world.faults.strike("push-status", occasion))
            return error_reply(std::stoi(status->value), "DENIED", "requested access to the resource is denied");
    }
    if (place->kind == Place::Kind::upload) return upload_reply(world, request, *place, occasion);
    if (writes) {
        if (place->kind == Place::Kind::manifest && request.method == "PUT")
            return put_manifest(world, request, *place, occasion);
        return error_reply(405, "UNSUPPORTED", "method not allowed");
    }
    if (place->kind == Place::Kind::manifest) {
        const auto manifest = world.pushed.manifest(place->repository, place->reference);
        if (!manifest) return std::nullopt;
        return Reply{.headers = {{"Content-Type", manifest->media_type}, {"Docker-Content-Digest", manifest->digest}},
                     .body = manifest->bytes};
    }
    return std::nullopt;
}

} // namespace codemate::sandbox
