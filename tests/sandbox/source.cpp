#include "sandbox/source.hpp"

#include "sandbox/go_json.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <mutex>

namespace codemate::sandbox {

void wait_for(std::chrono::milliseconds time, const Stop& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, time, [] { return false; });
    if (stop.stop_requested()) throw PullCanceled();
}

const std::string* FetchReply::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (equal_ignoring_case(key, name)) return &value;
    return nullptr;
}

UrlParts parse_url(std::string_view url) {
    UrlParts parts;
    const auto scheme = url.find("://");
    parts.scheme = url.substr(0, scheme);
    url.remove_prefix(std::min(url.size(), scheme + 3));
    const auto slash = std::min(url.find('/'), url.size());
    parts.authority = url.substr(0, slash);
    parts.target = slash == url.size() ? "/" : std::string(url.substr(slash));
    return parts;
}

std::string UrlParts::host() const {
    const auto colon = authority.rfind(':');
    const auto bracket = authority.rfind(']');
    const bool has_port = colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
    return has_port ? authority.substr(0, colon) : authority;
}

UrlParts resolve(const UrlParts& base, std::string_view location) {
    if (location.find("://") != std::string_view::npos) return parse_url(location);
    UrlParts result = base;
    if (location.starts_with('/')) {
        result.target = location;
    } else {
        result.target = base.target.substr(0, base.target.rfind('/') + 1) + std::string(location);
    }
    return result;
}

namespace {

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// What stands in quotation marks behind `key=` in a challenge.
std::string challenge_value(const std::string& header, const std::string& key) {
    const auto at = header.find(key + "=\"");
    if (at == std::string::npos) return {};
    const auto begin = at + key.size() + 2;
    return header.substr(begin, header.find('"', begin) - begin);
}

// The sandbox has no key to sign with, so that every challenge ends here; the first check is the server's own.
[[noreturn]] void refuse_challenge(const FetchReply& reply, const std::string& url) {
    const auto* header = reply.header("Www-Authenticate");
    const auto realm = header == nullptr ? std::string() : challenge_value(*header, "realm");
    const auto realm_host = parse_url(realm).authority, host = parse_url(url).authority;
    if (realm_host != host)
        throw PullFailure{"realm host " + go::quoted(realm_host) + " does not match original host " + go::quoted(host)};
    throw PullFailure{"unauthorized: access denied"};
}

std::string go_method(const std::string& method) {
    return method == "HEAD" ? "Head" : "Get";
}

} // namespace

// One request whose answer is looked at as the server does.
FetchReply Source::ask(FetchRequest request, const Fetch::Take& take, const Stop& stop) const {
    request.headers.emplace_back("User-Agent", "ollama/0.32.15-sandbox (amd64 linux) Go/go1.26.0");
    FetchReply reply;
    try {
        reply = fetch_->send(request, take, stop);
    } catch (const PullFailure& failure) {
        throw PullFailure{go_method(request.method) + " " + go::quoted(request.url) + ": " + failure.text};
    }
    if (reply.status == 401) refuse_challenge(reply, request.url);
    if (reply.status == 404) throw PullFailure{"file does not exist"};
    if (reply.status >= 400) throw PullFailure{std::to_string(reply.status) + ": " + reply.body};
    return reply;
}

std::string Source::blob_url(const Name& name, const std::string& digest) const {
    return base_url_ + "/v2/" + name.owner + "/" + name.model + "/blobs/" + digest;
}

std::string Source::manifest(const Name& name, const Stop& stop) const {
    FetchRequest request{.url = base_url_ + "/v2/" + name.owner + "/" + name.model + "/manifests/" + name.tag,
                         .headers = {{"Accept", "application/vnd.docker.distribution.manifest.v2+json"}}};
    for (int redirects = 0; redirects <= 10; ++redirects) {
        const auto reply = ask(request, {}, stop);
        const auto* location = reply.header("Location");
        if (!is_redirect(reply.status) || location == nullptr) return reply.body;
        request.url = resolve(parse_url(request.url), *location).text();
    }
    throw PullFailure{"Get " + go::quoted(request.url) + ": stopped after 10 redirects"};
}

std::uint64_t Source::blob_size(const Name& name, const std::string& digest, const Stop& stop) const {
    FetchRequest request{.method = "HEAD", .url = blob_url(name, digest)};
    for (int redirects = 0; redirects <= 10; ++redirects) {
        const auto reply = ask(request, {}, stop);
        const auto* location = reply.header("Location");
        if (is_redirect(reply.status) && location != nullptr) {
            request.url = resolve(parse_url(request.url), *location).text();
            continue;
        }
        const auto* length = reply.header("Content-Length");
        return length == nullptr ? 0 : std::strtoull(length->c_str(), nullptr, 10);
    }
    throw PullFailure{"Head " + go::quoted(request.url) + ": stopped after 10 redirects"};
}

std::string Source::locate_once(const std::string& url, const Stop& stop) const {
    const auto original = parse_url(url);
    FetchRequest request{.url = url, .patience = waits_.patience};
    for (int redirects = 0; redirects <= 10; ++redirects) {
        // The body of a 200 is of no interest: only the address counts.
        const auto reply = ask(
            request, [](std::string_view) { return false; }, stop);
        const auto* location = reply.header("Location");
        const auto target = location == nullptr ? UrlParts() : resolve(parse_url(request.url), *location);
        // Redirects to the same host name are followed, with whatever port; the first to another one is the answer.
        if (is_redirect(reply.status) && location != nullptr && target.host() == original.host()) {
            request.url = target.text();
            continue;
        }
        if (reply.status != 307 && reply.status != 200)
            throw PullFailure{"unexpected status code " + std::to_string(reply.status)};
        if (location == nullptr) throw PullFailure{"http: no Location header in response"};
        return target.text();
    }
    throw PullFailure{"Get " + go::quoted(request.url) + ": maximum redirects exceeded (10) for directURL"};
}

namespace {

// These are the server's own verdicts; everything else may be better at the next attempt.
bool is_final(const std::string& text) {
    return text.starts_with("unexpected status code") || text.starts_with("http: no Location");
}

} // namespace

std::string Source::locate(const Name& name, const std::string& digest, const Stop& stop) const {
    const auto until = std::chrono::steady_clock::now() + waits_.patience;
    for (int attempt = 1;; ++attempt) {
        try {
            return locate_once(blob_url(name, digest), stop);
        } catch (const PullFailure& failure) {
            if (is_final(failure.text)) throw;
        }
        const auto pause = std::chrono::milliseconds(std::min(10 * attempt * attempt, 10'000));
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        wait_for(std::clamp(left, std::chrono::milliseconds(0), pause), stop);
        if (left <= pause) throw PullFailure{"context deadline exceeded"};
    }
}

void Source::read(const std::string& address, std::uint64_t offset, std::uint64_t length, const Fetch::Take& take,
                  const Stop& stop) const {
    std::uint64_t taken = 0;
    const auto limited = [&](std::string_view bytes) {
        bytes = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), length - taken)));
        taken += bytes.size();
        return take(bytes) && taken < length;
    };
    FetchRequest request{
        .url = address,
        .headers = {{"User-Agent", "Go-http-client/1.1"},
                    {"Range", "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + length - 1)}},
        .patience = waits_.patience};
    for (int redirects = 0; redirects <= 10 && taken == 0; ++redirects) {
        // The status is not looked at: what comes is taken for the bytes.
        const auto reply = fetch_->send(request, limited, stop);
        const auto* location = reply.header("Location");
        if (!is_redirect(reply.status) || location == nullptr) break;
        request.url = resolve(parse_url(request.url), *location).text();
    }
    if (taken < length) throw PullFailure{"EOF"};
}

} // namespace codemate::sandbox
