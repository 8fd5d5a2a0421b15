#include "sandbox/api.hpp"

#include "sandbox/access.hpp"
#include "sandbox/go_json.hpp"
#include "sandbox/handlers.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <array>
#include <ctime>

namespace codemate::sandbox {
namespace {

using Handler = Reply (*)(World&, const Request&);

Reply handle_root(World&, const Request&) {
    Reply reply{.headers = {{"Content-Type", "text/plain; charset=utf-8"}}};
    reply.body = "Ollama is running";
    return reply;
}

Reply handle_unsupported(World&, const Request& request) {
    return error_reply(501, "codemate-sandbox is a stand-in and does not do this: " + request.path);
}

struct Route {
    std::string_view method, path; // a path that ends in / takes one more part
    Handler handler;
};

constexpr std::array routes{
    Route{"HEAD", "/", handle_root},
    Route{"HEAD", "/api/version", handle_version},
    Route{"HEAD", "/api/tags", handle_tags},
    Route{"HEAD", "/api/blobs/", handle_blob_head},
    Route{"GET", "/", handle_root},
    Route{"GET", "/api/version", handle_version},
    Route{"GET", "/api/tags", handle_tags},
    Route{"GET", "/api/ps", handle_ps},
    Route{"GET", "/api/status", handle_unsupported},
    Route{"GET", "/sandbox/faults", handle_faults},
    Route{"GET", "/sandbox/pushed", handle_pushed},
    Route{"POST", "/api/pull", handle_pull},
    Route{"POST", "/api/push", handle_unsupported},
    Route{"POST", "/api/show", handle_show},
    Route{"POST", "/api/create", handle_unsupported},
    Route{"POST", "/api/blobs/", handle_blob_post},
    Route{"POST", "/api/copy", handle_copy},
    Route{"POST", "/api/generate", handle_generate},
    Route{"POST", "/api/chat", handle_chat},
    Route{"POST", "/api/embed", handle_embed},
    Route{"POST", "/api/embeddings", handle_embeddings},
    Route{"POST", "/sandbox/faults", handle_faults},
    Route{"DELETE", "/api/delete", handle_delete},
    Route{"DELETE", "/sandbox/faults", handle_faults},
    Route{"DELETE", "/sandbox/faults/", handle_faults},
    Route{"PUT", "/sandbox/faults/", handle_faults},
};

bool matches(const Route& route, std::string_view path) {
    if (route.path == "/" || !route.path.ends_with('/')) return route.path == path;
    return path.size() > route.path.size() && path.starts_with(route.path) &&
           path.find('/', route.path.size()) == std::string_view::npos;
}

Reply plain_reply(int status, std::string_view text) {
    Reply reply{.status = status, .headers = {{"Content-Type", "text/plain"}}};
    reply.body = text;
    return reply;
}

// As net/http redirects: a sentence of HTML for those who look, nothing for the rest.
Reply redirect(const Request& request, int status, const std::string& to) {
    Reply reply{.status = status, .headers = {{"Location", to}}};
    if (request.method != "GET" && request.method != "HEAD") return reply;
    reply.headers.emplace_back("Content-Type", "text/html; charset=utf-8");
    reply.body = "<a href=\"" + to + "\">" + (status == 301 ? "Moved Permanently" : "Temporary Redirect") + "</a>.\n\n";
    return reply;
}

// Two slashes become one; one behind a path that is known without it goes.
std::optional<Reply> tidied(const Request& request) {
    std::string path = request.path;
    while (path.find("//") != std::string::npos)
        path.erase(path.find("//"), 1);
    if (path != request.path) return redirect(request, 307, path);
    if (path.size() < 2 || path.back() != '/') return std::nullopt;
    path.pop_back();
    for (const auto& route : routes)
        if (route.method == request.method && matches(route, path))
            return redirect(request, request.method == "GET" ? 301 : 307, path);
    return std::nullopt;
}

Reply dispatch(World& world, const Request& request) {
    if (auto reply = tidied(request)) return *reply;
    std::string allowed;
    for (const auto& route : routes) {
        if (!matches(route, request.path)) continue;
        if (route.method == request.method) return route.handler(world, request);
        allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
    }
    if (allowed.empty()) return plain_reply(404, "404 page not found");
    auto reply = plain_reply(405, "405 method not allowed");
    reply.headers.emplace_back("Allow", allowed);
    return reply;
}

// The model that a body names, for faults that are meant for one; the handler looks more closely.
std::optional<Name> named_in(const Request& request) {
    try {
        const auto body = go::decode(request.body);
        for (const auto* key : {"model", "name", "source"})
            if (const auto* found = body.find(key); found != nullptr && found->string() != nullptr)
                return Name::parse(Reference::parse(*found->string()).base);
    } catch (const go::JsonError&) { // then there is none
    }
    return std::nullopt;
}

std::string status_text(int status) {
    switch (status) {
    case 401:
        return "unauthorized";
    case 404:
        return "not found";
    case 429:
        return "too many requests";
    case 500:
        return "internal server error";
    case 502:
        return "bad gateway";
    case 503:
        return "service unavailable";
    case 504:
        return "gateway timeout";
    default:
        return "status " + std::to_string(status);
    }
}

// The reply of a fault that strikes this request instead of its own.
std::optional<Reply> struck(World& world, const Request& request) {
    auto& faults = world.faults;
    const Occasion occasion{request.path, named_in(request)};
    if (faults.strike("hang", occasion)) {
        Reply reply;
        reply.hang = true;
        return reply;
    }
    if (faults.strike("forbidden", occasion)) return empty_reply(403);
    if (faults.strike("html", occasion)) {
        Reply reply{.headers = {{"Content-Type", "text/html; charset=utf-8"}}};
        reply.body = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n";
        return reply;
    }
    if (const auto proxy = faults.strike("proxy", occasion)) {
        const int code = std::stoi(proxy->value);
        Reply reply{.status = code, .headers = {{"Content-Type", "text/html"}}};
        reply.body = "<html>\n<head><title>" + proxy->value + " " + status_text(code) + "</title></head>\n</html>\n";
        return reply;
    }
    const auto status = faults.strike("status", occasion);
    const auto full = faults.strike("queue-full", occasion);
    const auto retry = faults.strike("retry-after", occasion);
    if (!status && !full && !retry) return std::nullopt;
    const int code = status ? std::stoi(status->value) : full ? 503 : 429;
    auto reply = error_reply(code, full ? "server busy, please try again.  maximum pending requests exceeded"
                                        : status_text(code));
    if (retry) reply.headers.emplace_back("Retry-After", retry->value);
    return reply;
}

} // namespace

namespace {

Reply answer(World& world, const Request& request) {
    if (!request.path.starts_with("/sandbox/"))
        if (auto reply = struck(world, request)) return *reply;
    try {
        return dispatch(world, request);
    } catch (const go::JsonError& error) {
        return error_reply(400, error.text == "EOF" ? "missing request body" : error.text);
    } catch (const Refusal& refusal) {
        return error_reply(refusal.status, refusal.text);
    } catch (const StoreError& error) {
        return error_reply(500, error.text);
    }
}

} // namespace

Reply api(World& world, const Request& request) {
    if (!origin_allowed(request) || !host_allowed(request)) return empty_reply(403);
    auto reply = answer(world, request);
    if (const auto* origin = request.header("Origin"); origin != nullptr && !same_origin(request)) {
        reply.headers.emplace_back("Access-Control-Allow-Origin", *origin);
        reply.headers.emplace_back("Vary", "Origin");
    }
    return reply;
}

Reply json_reply(int status, const json::Value& value) {
    Reply reply{.status = status, .headers = {{"Content-Type", "application/json; charset=utf-8"}}};
    reply.body = go::encode(value);
    return reply;
}

Reply error_reply(int status, std::string_view text) {
    auto value = json::Value::object();
    value.set("error", text);
    return json_reply(status, value);
}

Reply empty_reply(int status) {
    return {.status = status};
}

FileTime now() {
    return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

std::string time_text(FileTime time, Zone zone) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return time_text(seconds, time - seconds, zone);
}

std::string time_text(std::chrono::sys_seconds seconds, std::chrono::nanoseconds fraction, Zone zone) {
    const std::time_t stamp = seconds.time_since_epoch().count();
    std::tm parts{};
    zone == Zone::utc ? ::gmtime_r(&stamp, &parts) : ::localtime_r(&stamp, &parts);
    std::array<char, 32> buffer{};
    std::strftime(buffer.data(), buffer.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::string text = buffer.data();
    if (fraction.count() != 0) {
        std::string digits = std::to_string(1'000'000'000 + fraction.count()).substr(1);
        digits.erase(digits.find_last_not_of('0') + 1);
        text += "." + digits;
    }
    const long offset = parts.tm_gmtoff / 60;
    if (offset == 0) return text + "Z";
    const long size = offset < 0 ? -offset : offset;
    std::snprintf(buffer.data(), buffer.size(), "%c%02ld:%02ld", offset < 0 ? '-' : '+', size / 60, size % 60);
    return text + buffer.data();
}

Reply handle_version(World& world, const Request& request) {
    const auto other = world.faults.strike("version", {request.path, std::nullopt});
    auto value = json::Value::object();
    value.set("version", other ? std::string_view(other->value) : server_version);
    return json_reply(200, value);
}

// What came in by pushes, so that a test sees what was sent twice.
Reply handle_pushed(World& world, const Request&) {
    auto value = json::Value::object();
    value.set("received", world.pushed.received()).set("uploads", std::uint64_t{world.pushed.uploads()});
    return json_reply(200, value);
}

// GET lists; POST sets what stands in the body; PUT /NAME sets it with the body as its value; DELETE clears one, or
// all.
Reply handle_faults(World& world, const Request& request) {
    constexpr std::string_view directory = "/sandbox/faults/";
    const std::string name = request.path.starts_with(directory) ? request.path.substr(directory.size()) : "";
    const std::string body(trimmed(request.body));
    try {
        if (request.method == "POST") world.faults.set(Fault::parse(body));
        if (request.method == "PUT") world.faults.set(Fault::parse(body.empty() ? name : name + "=" + body));
    } catch (const Error& error) {
        return error_reply(400, error.message());
    }
    if (request.method == "DELETE" && name.empty()) world.faults.clear_all();
    if (request.method == "DELETE" && !name.empty() && !world.faults.clear(name))
        return error_reply(404, "the fault " + quoted(name) + " is not set");
    return json_reply(200, world.faults.list());
}

} // namespace codemate::sandbox
