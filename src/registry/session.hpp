#pragma once

#include "registry/login.hpp"

#include "codemate/base/bytes.hpp"
#include "codemate/http/client.hpp"

#include <string>
#include <vector>

namespace codemate::registry {

// A request to a registry, with all that may happen on the way to its answer.
struct Question {
    std::string method = "GET";
    Entrance entrance;
    std::string path; // below the registry's address
    std::vector<http::Header> headers;
    Duration patience = std::chrono::seconds(30); // for each step

    ByteCount limit; // of the body of a success
    enum class Beyond { refused, cut_off } beyond = Beyond::refused;
    // What an answer of 200 with a Location means: for blobs, as Ollama's server reads it, that they are there.
    enum class Located { ignored, followed } located = Located::ignored;
};

// Asks, logs in where that is wanted, follows redirects.
class Session {
public:
    Session(http::Client& client, const Options& options) : client_(client), login_(client, options) {}

    // The answer that is left when login and redirects are done, whatever its status but 401. Authorization goes to the
    // registry's own origin only. Throws Error{protocol} for more than five redirects, one from https to http, a body
    // beyond the limit, one that is compressed although nobody asked for that.
    http::Response send(const Question&, Stop);

    // Of an answer that is no success.
    Error refusal(const http::Response&, const Question&) const;

private:
    http::Response send_once(const Question&, const http::Url&, const Authorization&, Stop);

    http::Client& client_;
    Login login_;
};

} // namespace codemate::registry
