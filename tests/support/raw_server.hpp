#pragma once

#include "codemate/http/url.hpp"

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace codemate::test {

// A server on 127.0.0.1 that does byte for byte what the test's script says, for what no well-behaved server does. Each
// connection has a thread; the destructor closes them all.
class RawServer {
public:
    class Connection {
    public:
        explicit Connection(int socket, RawServer& server) : socket_(socket), server_(server) {}

        // The next request, head and body (by its Content-Length); empty when the client has closed.
        std::string read_request();
        void send(std::string_view bytes);
        void wait_for_close(); // silence, until the client goes away
        void reset();          // the connection ends with RST instead of an orderly end

    private:
        bool read_more();

        int socket_;
        RawServer& server_;
        std::string unread_;
    };
    using Script = std::function<void(Connection&)>; // when it returns the connection is closed

    explicit RawServer(Script);
    ~RawServer();
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;

    http::Url url() const;
    std::vector<std::string> requests() const; // as they came
    std::size_t connections() const;

private:
    void accept_all();
    void serve(int socket);

    Script script_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    bool closing_ = false;
    std::vector<std::string> requests_;
    std::vector<int> sockets_;
    std::vector<std::thread> workers_;
    std::thread acceptor_;
};

// A port on which nobody listens, kept from others while the object lives.
class DeadPort {
public:
    DeadPort();
    ~DeadPort();
    DeadPort(const DeadPort&) = delete;
    DeadPort& operator=(const DeadPort&) = delete;

    http::Url url() const;

private:
    int socket_ = -1;
    std::uint16_t port_ = 0;
};

// A port whose queue of connections is full: whoever connects gets no answer at all.
class FullPort {
public:
    FullPort();
    ~FullPort();
    FullPort(const FullPort&) = delete;
    FullPort& operator=(const FullPort&) = delete;

    http::Url url() const;

private:
    std::vector<int> sockets_;
    std::uint16_t port_ = 0;
};

} // namespace codemate::test
