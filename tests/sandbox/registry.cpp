#include "sandbox/registry.hpp"

#include "sandbox/push.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace codemate::sandbox {
namespace {

constexpr std::string_view direct_path = "/sandbox/blobs/";

Reply plain(int status, std::string text) {
    return {.status = status, .headers = {{"Content-Type", "text/plain; charset=utf-8"}}, .body = std::move(text)};
}

Reply error_reply(int status, std::string_view code, std::string_view message) {
    auto reply = plain(status, R"({"errors":[{"code":")" + std::string(code) + R"(","message":")" +
                                   std::string(message) + "\"}]}");
    reply.headers = {{"Content-Type", "application/json"}};
    return reply;
}

// What is asked for: /v2/owner/model/{manifests,blobs}/reference, or /sandbox/blobs/owner/model/reference. Blobs have
// no tag.
struct Target {
    enum class Kind { manifest, blob, direct } kind;
    Name name;
    std::string reference;
};

std::optional<Target> target_of(std::string_view path) {
    const auto parts = split(path, '/'); // "", v2, owner, model, kind, reference
    if (parts.size() != 6) return std::nullopt;
    const bool direct = path.starts_with(direct_path), manifest = !direct && parts[4] == "manifests";
    if (!direct && !manifest && parts[4] != "blobs") return std::nullopt;
    const std::size_t owner = direct ? 3 : 2;
    const std::string reference(parts[5]);
    auto name = Name::parse(std::string(parts[owner]) + "/" + std::string(parts[owner + 1]) +
                            (manifest ? ":" + reference : ""));
    if (!name) return std::nullopt;
    if (!manifest) name->tag.clear();
    return Target{direct     ? Target::Kind::direct
                  : manifest ? Target::Kind::manifest
                             : Target::Kind::blob,
                  *name, reference};
}

Reply manifest_reply(World& world, const Target& target, const Occasion& occasion) {
    const auto* entry = world.catalog.find(target.name);
    if (entry == nullptr) return error_reply(404, "MANIFEST_UNKNOWN", "manifest unknown");
    const bool moved = world.faults.tag_moved(target.name);
    const auto& image = world.catalog.image(*entry, moved ? Version::moved : Version::served);
    auto reply = plain(200, image.manifest);
    if (!world.faults.strike("no-digest-header", occasion))
        reply.headers.emplace_back("ollama-content-digest", image.digest);
    return reply;
}

struct ByteRange {
    std::uint64_t first = 0, last = 0;
};

// "bytes=first-last" or "bytes=first-", of a blob of that size; nothing: no range, or one that makes no sense.
std::optional<ByteRange> range_of(const Request& request, std::uint64_t size) {
    const auto* header = request.header("Range");
    if (header == nullptr || !header->starts_with("bytes=") || size == 0) return std::nullopt;
    const std::string_view text = std::string_view(*header).substr(6);
    ByteRange range{0, size - 1};
    const auto [dash, failed] = std::from_chars(text.data(), text.data() + text.size(), range.first);
    if (failed != std::errc() || dash == text.data() + text.size() || *dash != '-') return std::nullopt;
    std::uint64_t last = range.last;
    std::from_chars(dash + 1, text.data() + text.size(), last);
    range.last = std::min(range.last, last);
    return range;
}

Content slice(Content whole, const ByteRange& range) {
    return {range.last - range.first + 1, [whole = std::move(whole), range](std::uint64_t offset, std::size_t length) {
                return whole.read(range.first + offset, length);
            }};
}

Content spoilt(Content whole) {
    const auto size = whole.size;
    return {size, [whole = std::move(whole), size](std::uint64_t offset, std::size_t length) {
                auto bytes = whole.read(offset, length);
                if (offset <= size / 2 && size / 2 < offset + bytes.size()) bytes[size / 2 - offset] ^= 1;
                return bytes;
            }};
}

// Each piece takes as long as the rate says: the wait is the sender's.
Content slowed(Content whole, std::uint64_t rate, const Stop& stop) {
    return {whole.size, [whole, rate, stop](std::uint64_t offset, std::size_t length) {
                auto bytes = whole.read(offset, length);
                wait_for(std::chrono::milliseconds(bytes.size() * 1000 / rate), stop);
                return bytes;
            }};
}

Reply bytes_reply(World& world, const Request& request, Content content, const Occasion& occasion) {
    Reply reply{.headers = {{"Content-Type", "application/octet-stream"}, {"Accept-Ranges", "bytes"}}};
    const bool weights = content.size > 100'000;
    if (weights && world.faults.strike("corrupt", occasion)) content = spoilt(std::move(content));
    if (const auto range = range_of(request, content.size)) {
        if (range->first > range->last) return plain(416, "");
        reply.status = 206;
        reply.headers.emplace_back("Content-Range", "bytes " + std::to_string(range->first) + "-" +
                                                        std::to_string(range->last) + "/" +
                                                        std::to_string(content.size));
        content = slice(std::move(content), *range);
    }
    if (request.method != "HEAD") {
        if (const auto slow = world.faults.strike("registry-slow", occasion))
            content = slowed(std::move(content), parse_rate(slow->value), world.stop.get_token());
        if (weights && world.faults.strike("registry-cut", occasion)) {
            const auto half = content.size / 2;
            content.read = [read = std::move(content.read), half](std::uint64_t offset, std::size_t length) {
                return offset >= half ? std::string() : read(offset, length); // nothing: the connection is cut
            };
        }
    }
    reply.content = std::move(content);
    return reply;
}

// Under another name for the same machine, where there is one: the server does not follow redirects to the same host
// name, and misses the Location of what stands behind one.
Reply located(World& world, const Request& request, const Target& target, Content content, const Occasion& occasion) {
    const auto* header = request.header("Host");
    const UrlParts here{"http", header == nullptr ? "" : *header, "/"};
    const std::string host = here.host(), port = here.authority.substr(host.size());
    const std::string other = host == "127.0.0.1" ? "localhost" : host == "localhost" ? "127.0.0.1" : "";
    const std::string path =
        std::string(direct_path) + target.name.owner + "/" + target.name.model + "/" + target.reference;
    if (!other.empty()) {
        auto reply = plain(307, "");
        reply.headers.emplace_back("Location", "http://" + other + port + path);
        return reply;
    }
    auto reply = bytes_reply(world, request, std::move(content), occasion);
    reply.headers.emplace_back("Location", path);
    return reply;
}

Reply blob_reply(World& world, const Request& request, const Target& target, const Occasion& occasion) {
    std::string digest = target.reference;
    if (digest.starts_with("sha256-")) digest[6] = ':';
    const auto content = world.catalog.blob(digest);
    const bool get = request.method == "GET";
    if (!content || (get && target.kind == Target::Kind::blob && world.faults.strike("blob-missing", occasion)))
        return error_reply(404, "BLOB_UNKNOWN", "blob unknown to registry");
    if (!get || target.kind == Target::Kind::direct || world.faults.strike("no-location", occasion))
        return bytes_reply(world, request, *content, occasion);
    return located(world, request, target, *content, occasion);
}

// A blob that was pushed, of whatever repository.
std::optional<Reply> pushed_reply(World& world, const Request& request, const Occasion& occasion) {
    constexpr std::string_view root = "/v2/", mark = "/blobs/";
    const std::string_view path = request.path;
    const auto at = path.rfind(mark);
    if (!path.starts_with(root) || at == std::string_view::npos || at < root.size()) return std::nullopt;
    const auto blob = world.pushed.blob(std::string(path.substr(root.size(), at - root.size())),
                                        std::string(path.substr(at + mark.size())));
    if (!blob) return std::nullopt;
    Reply reply = bytes_reply(
        world, request,
        {blob->size(), [blob](std::uint64_t offset, std::size_t length) { return blob->substr(offset, length); }},
        occasion);
    if (!world.faults.strike("no-location", occasion)) reply.headers.emplace_back("Location", request.path);
    return reply;
}

std::string refusal_text(int status) {
    switch (status) {
    case 429:
        return "too many requests";
    case 500:
        return "internal error";
    case 503:
        return "service unavailable";
    default:
        return "refused";
    }
}

Reply too_old() {
    return plain(412,
                 "\nThe model you are attempting to pull requires a newer version of Ollama.\n\nPlease download the "
                 "latest version at:\n\n\thttps://ollama.com/download\n\n");
}

// The reply of a fault that leaves no place for the request's own.
std::optional<Reply> struck(World& world, const Request& request, const Occasion& occasion) {
    auto& faults = world.faults;
    if (faults.strike("registry-hang", occasion)) {
        Reply reply;
        reply.hang = true;
        return reply;
    }
    if (faults.strike("registry-html", occasion)) {
        auto reply = plain(200, "<html><body>Welcome to the guest network</body></html>\n");
        reply.headers = {{"Content-Type", "text/html; charset=utf-8"}};
        return reply;
    }
    if (faults.strike("too-old", occasion)) return too_old();
    const auto status = faults.strike("registry-status", occasion);
    const auto retry = faults.strike("registry-retry-after", occasion);
    if (status || retry) {
        const int code = status ? std::stoi(status->value) : 429;
        auto reply = plain(code, refusal_text(code));
        if (retry) reply.headers.emplace_back("Retry-After", retry->value);
        // A realm on another port, which the server refuses to ask.
        if (code == 401)
            reply.headers.emplace_back("Www-Authenticate",
                                       "Bearer realm=\"http://127.0.0.1:" + std::to_string(world.port + 1) +
                                           "/token\",service=\"sandbox\",scope=\"repository:pull\"");
        return reply;
    }
    if (request.method == "HEAD" && faults.strike("no-head", occasion)) return plain(405, "");
    return std::nullopt;
}

} // namespace

bool is_registry_path(std::string_view path) {
    return path == "/v2" || path.starts_with("/v2/") || path.starts_with(direct_path);
}

Reply registry(World& world, const Request& request) {
    const auto target = target_of(request.path);
    const Occasion occasion{request.path, target ? std::optional(target->name) : std::nullopt};
    if (auto reply = struck(world, request, occasion)) return *reply;
    if (auto reply = push(world, request)) return *reply;
    if (auto reply = pushed_reply(world, request, occasion)) return *reply;
    if (!target) return error_reply(404, "NOT_FOUND", "page not found");
    if (request.method != "GET" && request.method != "HEAD")
        return error_reply(405, "UNSUPPORTED", "method not allowed");
    if (target->kind == Target::Kind::manifest) return manifest_reply(world, *target, occasion);
    return blob_reply(world, request, *target, occasion);
}

} // namespace codemate::sandbox
