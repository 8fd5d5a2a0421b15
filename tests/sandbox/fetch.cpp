#include "sandbox/fetch.hpp"

#include <httplib.h>

#include <cstdlib>
#include <netdb.h>

namespace codemate::sandbox {
namespace {

struct Address {
    std::string host = {};
    int port = 80;
    std::string numeric = {}; // of the first that the name has; empty: it has none
};

Address address_of(const UrlParts& url) {
    Address address{.host = url.host()};
    if (url.authority.size() > address.host.size())
        address.port = std::atoi(url.authority.c_str() + address.host.size() + 1);
    if (address.host.starts_with('[') && address.host.ends_with(']'))
        address.host = address.host.substr(1, address.host.size() - 2);
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(address.host.c_str(), nullptr, &wanted, &found) != 0) return address;
    char text[NI_MAXHOST] = {};
    ::getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
    ::freeaddrinfo(found);
    address.numeric = text;
    return address;
}

// How Go would have said it.
[[noreturn]] void fail(httplib::Error error, const Address& address, bool begun) {
    const std::string endpoint = address.numeric + ":" + std::to_string(address.port);
    switch (error) {
    case httplib::Error::Connection:
        throw PullFailure{"dial tcp " + endpoint + ": connect: connection refused"};
    case httplib::Error::Read:
        throw PullFailure{begun ? "unexpected EOF" : "EOF"};
    case httplib::Error::Write:
        throw PullFailure{"write tcp " + endpoint + ": connection reset by peer"};
    default:
        throw PullFailure{httplib::to_string(error)};
    }
}

class HttpFetch final : public Fetch {
public:
    FetchReply send(const FetchRequest& request, const Take& take, const Stop& stop) override {
        const auto url = parse_url(request.url);
        const auto address = address_of(url);
        if (address.numeric.empty()) throw PullFailure{"dial tcp: lookup " + address.host + ": no such host"};
        httplib::Client client(address.host, address.port);
        if (url.scheme != "http") { // no TLS is spoken here: what a plain HTTP server would say to it
            if (const auto result = client.Get("/"); !result) fail(result.error(), address, false);
            throw PullFailure{"http: server gave HTTP response to HTTPS client"};
        }
        client.set_follow_location(false);
        client.set_keep_alive(false);
        client.set_tcp_nodelay(true);
        client.set_connection_timeout(std::chrono::minutes(1));
        client.set_read_timeout(request.patience.value_or(std::chrono::hours(24)));
        const std::stop_callback closing(stop, [&client] { client.stop(); });
        return exchange(client, request, url, address, take, stop);
    }

private:
    static FetchReply exchange(httplib::Client& client, const FetchRequest& request, const UrlParts& url,
                               const Address& address, const Take& take, const Stop& stop) {
        httplib::Headers headers;
        for (const auto& [key, value] : request.headers)
            headers.emplace(key, value);
        if (request.method == "HEAD") return headers_only(client.Head(url.target.c_str(), headers), address, stop);

        FetchReply reply;
        bool enough = false, begun = false;
        std::exception_ptr thrown;
        auto last = std::chrono::steady_clock::now();
        const auto on_head = [&](const httplib::Response& response) {
            reply.status = response.status;
            for (const auto& [key, value] : response.headers)
                reply.headers.emplace_back(key, value);
            return true;
        };
        const auto on_body = [&](const char* data, std::size_t size) {
            begun = true;
            last = std::chrono::steady_clock::now();
            try { // the library may be compiled without exceptions in mind
                // The text of a refusal is always wanted.
                if (take && reply.status < 400)
                    enough = !take({data, size});
                else
                    reply.body.append(data, size);
            } catch (...) {
                thrown = std::current_exception();
            }
            return !enough && !thrown;
        };
        const auto result = client.Get(url.target.c_str(), headers, on_head, on_body);
        if (thrown) std::rethrow_exception(thrown);
        if (result || enough) return reply;
        if (stop.stop_requested()) throw PullCanceled();
        if (result.error() == httplib::Error::Read && request.patience &&
            std::chrono::steady_clock::now() - last >= *request.patience)
            throw PullFailure{"stalled"};
        fail(result.error(), address, begun || reply.status != 0);
    }
    static FetchReply headers_only(const httplib::Result& result, const Address& address, const Stop& stop) {
        if (stop.stop_requested()) throw PullCanceled();
        if (!result) fail(result.error(), address, false);
        FetchReply reply{.status = result->status};
        for (const auto& [key, value] : result->headers)
            reply.headers.emplace_back(key, value);
        return reply;
    }
};

} // namespace

std::shared_ptr<Fetch> make_fetch() {
    return std::make_shared<HttpFetch>();
}

} // namespace codemate::sandbox
