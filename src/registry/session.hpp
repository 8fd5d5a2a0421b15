#pragma once

#include "registry/error_text.hpp"
#include "registry/login.hpp"

#include "codemate/base/bytes.hpp"
#include "codemate/http/client.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::registry {

// A request to a registry, with all that may happen on the way to its answer.
struct Question {
    std::string method = "GET";
    Entrance entrance;
    std::string path; // below the registry's address
    // Instead: an address that the registry has named, as of an upload. At another origin it gets no credentials.
    std::optional<http::Url> at = {};
    std::vector<http::Header> headers;
    std::optional<http::Upload> upload = {};                     // the request's body
    std::optional<Duration> patience = std::chrono::seconds(30); // for each step
    std::optional<Duration> silence = {};                        // likewise: without a byte

    // Gets the body of the success that is the answer, piece by piece, and its head; it is collected otherwise.
    std::function<http::Flow(const http::Response& head, std::string_view bytes)> take = {};
    ByteCount limit; // of a body that is collected
    enum class Beyond { refused, cut_off } beyond = Beyond::refused;
    // What an answer of 200 with a Location means: for blobs, as Ollama's server reads it, that they are there.
    enum class Located { ignored, followed } located = Located::ignored;
};

// Asks, logs in where that is wanted, follows redirects.
class Session {
public:
    Session(http::Client& client, const Options& options)
        : client_(client), login_(client, options),
          named_(options.everything_at ? Named::by_the_user : Named::by_models) {}

    // The answer that is left when login and redirects are done, whatever its status but 401. Authorization goes to the
    // registry's own origin only. Throws Error{protocol} for more than five redirects, one from https to http, one to
    // another origin of what is no reading, a body beyond the limit, one that is compressed although nobody asked for
    // that.
    http::Response send(const Question&, Stop);

    // Whether somebody had to say who asks, or to ask for a token, so far.
    bool logs_in(const Question& question) const { return !login_.known(question.entrance).header.empty(); }

    // Of an answer that is no success.
    Error refusal(const http::Response&, const Question&) const;
    Error takes_no_push(const http::Response&, const Question&) const; // of a 404 or 410 to the beginning of an upload

private:
    http::Response send_once(const Question&, const http::Url&, const Authorization&, Stop);

    std::optional<http::Response> send_to_remembered(const Question&, const http::Url& start, const Authorization&,
                                                     const Stop&);
    std::optional<http::Url> remembered(const http::Url& start) const;
    void remember(const http::Url& start, const http::Url& address);
    void forget(const http::Url& start);

    http::Client& client_;
    Login login_;
    Named named_;
    mutable std::mutex mutex_;
    // By the address at the registry: where the last redirect led. They may be signed: never shown, never kept.
    std::map<std::string, http::Url> final_addresses_;
};

} // namespace codemate::registry
