#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codemate::test {

// HTTP over a plain socket to 127.0.0.1, for tests that look at what is on the wire itself. Not a client to build on.

using RawHeaders = std::vector<std::pair<std::string, std::string>>; // as received, order kept

struct RawRequest {
    std::string method = "GET";
    std::string path = "/";
    RawHeaders headers = {};              // Host and Connection: close are sent unless they stand here
    std::optional<std::string> body = {}; // with its Content-Length
};

struct RawChunk {
    std::chrono::milliseconds at; // since the request was sent
    std::string text;
};

struct RawReply {
    int status = 0;
    std::string reason;
    RawHeaders headers;
    std::vector<RawChunk> chunks;                             // of a chunked body; a plain body is one chunk
    enum class End { complete, cut, dropped } end = End::cut; // whole; the server closed early; we did
    std::chrono::milliseconds took{};

    std::string body() const;
    const std::string* header(std::string_view name) const; // letter case ignored
};

enum class RawFlow { go_on, drop };

// Sends the request and reads the reply to its end, until `on_chunk` says drop, or until the time has passed (as
// dropped). Throws std::system_error where nothing listens.
RawReply exchange(std::uint16_t port, const RawRequest&, const std::function<RawFlow(const RawChunk&)>& on_chunk = {},
                  std::chrono::milliseconds limit = std::chrono::milliseconds(60'000));

} // namespace codemate::test
