#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codemate::sandbox {

// What goes in and out, free of any HTTP library: api and registry are functions from the one to the other.

using Headers = std::vector<std::pair<std::string, std::string>>;

// The other end of a request. Threads that work for it ask now and then whether it is still there.
class Peer {
public:
    virtual ~Peer() = default;
    virtual bool gone() const = 0; // it closed the connection, or the server stops
};

struct Request {
    std::string method = {};
    std::string path = {}; // without its query
    Headers query = {};    // its parameters, decoded
    Headers headers = {};
    std::string body = {};
    const Peer* peer = nullptr; // nullptr: always there

    const std::string* header(std::string_view name) const; // letter case ignored
    bool abandoned() const { return peer != nullptr && peer->gone(); }
};

class Sink {
public:
    virtual ~Sink() = default;
    virtual bool write(std::string_view) = 0; // one transfer chunk; false: nobody takes it any more
};

enum class StreamEnd { complete, cut }; // cut: close the connection without the last chunk

// Bytes that are produced while they are sent. Where `read` gives none before the end, the connection is cut.
constexpr std::uint64_t content_piece = 32768;
struct Content {
    std::uint64_t size = 0;
    std::function<std::string(std::uint64_t offset, std::size_t length)> read;
};

struct Reply {
    int status = 200;
    Headers headers = {};                        // Date and the body's length are added where it is sent
    std::string body = {};                       // unless one of these two:
    std::function<StreamEnd(Sink&)> stream = {}; // chunked
    std::optional<Content> content = {};         // with Content-Length
    bool cut = false;                            // the connection closes, without an answer
    bool hang = false;                           // no answer at all, for as long as the other end waits
};

} // namespace codemate::sandbox
