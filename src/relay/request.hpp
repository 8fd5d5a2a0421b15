#pragma once

#include "codemate/registry/registry.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace codemate::relay {

// What of a request's head decides on its answer.
struct Request {
    enum class Method { get, head } method = Method::get;
    std::string path;
    std::optional<std::string> range = {};
    // By the client that Ollama has for models of many tensors: it takes no Location with a 200 (facts.md 5.2).
    bool by_transfer_client = false;
    enum class Then { keep_open, close } then = Then::keep_open;
};

// The head without the empty line at its end. Nothing for what no registry is asked for when something is pulled: other
// methods and versions, anything with a body, lines that are no headers.
std::optional<Request> parse_request(std::string_view head);

// The part of something of that size which a Range header means: "bytes=5-", "bytes=5-8", "bytes=-3". Nothing where
// that is no part of it, and for several at once: 416.
std::optional<registry::ByteRange> parse_range(std::string_view header, std::uint64_t size);

} // namespace codemate::relay
