#pragma once

#include "sandbox/message.hpp"
#include "sandbox/name.hpp"

#include "codemate/base/run.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

// Where a pull gets its bytes from: the requests that the server sends to a registry, in their order.
namespace codemate::sandbox {

struct PullFailure {
    std::string text; // as it goes to the client
};
struct PullCanceled {}; // nobody waits for it any more, or the server stops

// How patient the server is.
struct Waits {
    std::chrono::milliseconds event{60};        // between two lines about one blob
    std::chrono::milliseconds patience{30'000}; // for a blob's direct address, and for a part that stands still
    std::chrono::milliseconds retry{1'000};     // before a part's second attempt; twice that before its third …
};

struct FetchRequest {
    std::string method = "GET";
    std::string url = {};
    Headers headers = {};
    std::optional<std::chrono::milliseconds> patience = {}; // with silence; nothing: none is too long
};

struct FetchReply {
    int status = 0;
    Headers headers = {};
    std::string body = {}; // empty where `take` got it
    const std::string* header(std::string_view name) const;
};

// One request to another server, no redirect followed. A body goes to `take` if there is one, until it says false.
// Throws PullFailure with Go's text of the network's failure, without the request ("dial tcp …: connection refused"),
// "unexpected EOF" where a body was cut, "stalled" where nothing came for too long; PullCanceled after a stop.
class Fetch {
public:
    using Take = std::function<bool(std::string_view)>;
    virtual ~Fetch() = default;
    virtual FetchReply send(const FetchRequest&, const Take&, const Stop&) = 0;
};

class Source {
public:
    Source(std::shared_ptr<Fetch> fetch, std::string base_url, Waits waits)
        : fetch_(std::move(fetch)), base_url_(std::move(base_url)), waits_(waits) {}

    std::string manifest(const Name&, const Stop&) const;                               // throws PullFailure
    std::uint64_t blob_size(const Name&, const std::string& digest, const Stop&) const; // likewise
    std::string locate(const Name&, const std::string& digest, const Stop&) const;      // the direct address

    // Throws PullFailure{"EOF"} where the body ended too early although it was whole.
    void read(const std::string& address, std::uint64_t offset, std::uint64_t length, const Fetch::Take&,
              const Stop&) const;

private:
    FetchReply ask(FetchRequest, const Fetch::Take&, const Stop&) const;
    std::string locate_once(const std::string& url, const Stop&) const;
    std::string blob_url(const Name&, const std::string& digest) const;

    std::shared_ptr<Fetch> fetch_;
    std::string base_url_; // http://host:port
    Waits waits_;
};

// "http", "host:port", "/path?query" of a URL.
struct UrlParts {
    std::string scheme, authority, target;
    std::string host() const; // without port and brackets
    std::string text() const { return scheme + "://" + authority + target; }
};
UrlParts parse_url(std::string_view);
UrlParts resolve(const UrlParts& base, std::string_view location);

// Waits that long, or until the stop: then throws PullCanceled.
void wait_for(std::chrono::milliseconds, const Stop&);

} // namespace codemate::sandbox
