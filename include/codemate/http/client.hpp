#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/run.hpp"
#include "codemate/base/time.hpp"
#include "codemate/http/url.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::http {

struct Header {
    std::string name, value;
    bool operator==(const Header&) const = default;
};

// A body that is produced while it is sent. `read` fills what it can from that offset on, at least one byte, and may be
// asked for the same again; what it throws ends the exchange and is thrown by send().
struct Upload {
    std::uint64_t size = 0;
    std::function<std::size_t(std::uint64_t offset, std::span<char> into)> read = {};
};

struct Request {
    std::string method = "GET";
    Url url;
    std::vector<Header> headers;
    std::string body;                  // sent with Content-Length, whatever the method
    std::optional<Upload> upload = {}; // instead; likewise
    Duration connect_timeout = std::chrono::seconds(10);
    std::optional<Duration> timeout; // of the whole exchange; never for a stream
    std::optional<Duration>
        silence;           // the longest without a byte, in whatever phase and direction; more is Error{unreachable}
    Duration read_pace{0}; // least time between two reads of a fast stream; 0: read at every readiness
    ByteCount read_buffer{std::uint64_t{64}
                          << 10}; // at most this much with one read; larger is cheaper for what is large
    ByteCount body_limit{std::uint64_t{256} << 20}; // of a body that is collected; more is Error{protocol}
};

struct Response {
    int status = 0;
    std::string reason;
    std::vector<Header> headers;
    std::string body;     // whole, where no receiver took it
    bool dropped = false; // the receiver asked for no more

    const std::string* header(std::string_view name) const; // the first one, letter case ignored; or nullptr
    std::optional<Duration>
    retry_after() const; // of a header Retry-After in seconds, up to eleven days; dates are not read
};

enum class Flow { go_on, drop };

// What arrived, with the time at which it left the socket. No bytes: nothing came for 250 ms (silence is data).
struct Piece {
    std::string_view bytes;
    SteadyTime received;
};

// Gets the body of a success (2xx) piece by piece; the head (status, headers) is known by then. Before the head is
// there, silence is reported with status 0. May throw: the exchange ends and send() throws the same.
using Receiver = std::function<Flow(const Response& head, const Piece&)>;

// The hint of the Error{protocol} of a server that no secure connection came about with: whoever knows where its
// address was written has a better one.
inline constexpr std::string_view no_tls_hint = "does it speak https at all? otherwise write http://";

class Client {
public:
    virtual ~Client() = default;

    // Sends the request and returns the answer, whatever its status; redirects are answers. Without a receiver, and for
    // any status but 2xx, the body is collected. Throws Error{unreachable} (what could not be reached and why; also for
    // a body that ends too early), Error{protocol} (not HTTP, too large), Interrupted within milliseconds of the stop.
    // May be called by several threads at once.
    virtual Response send(const Request&, const Receiver&, Stop) = 0;

    Response send(const Request& request, Stop stop) { return send(request, {}, std::move(stop)); }
};

struct ClientOptions {
    std::string user_agent;
};

// Over libcurl: http and https only, connections kept alive, proxies from the environment except for loopback.
std::unique_ptr<Client> make_client(ClientOptions);

} // namespace codemate::http
