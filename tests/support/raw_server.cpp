#include "support/raw_server.hpp"

#include "codemate/base/text.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace codemate::test {

namespace {

[[noreturn]] void fail(const char* doing) {
    throw std::system_error(errno, std::generic_category(), doing);
}

int new_socket(int flags = 0) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    if (socket < 0) fail("socket");
    return socket;
}

sockaddr* as_address(sockaddr_in& address) {
    return reinterpret_cast<sockaddr*>(&address);
}

// Binds to a port that the system chooses.
std::uint16_t bind_somewhere(int socket) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket, as_address(address), size) != 0) fail("bind");
    if (::getsockname(socket, as_address(address), &size) != 0) fail("getsockname");
    return ntohs(address.sin_port);
}

http::Url url_of(std::uint16_t port) {
    http::Url url;
    url.host = "127.0.0.1";
    url.port = port;
    return url;
}

// Of a request's head; 0 without one.
std::size_t content_length(std::string_view head) {
    for (const auto line : split(head, '\n')) {
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || !equal_ignoring_case(line.substr(0, colon), "Content-Length")) continue;
        const auto digits = trimmed(line.substr(colon + 1));
        std::size_t length = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), length);
        return length;
    }
    return 0;
}

} // namespace

bool RawServer::Connection::read_more() {
    std::array<char, 16384> buffer{};
    const auto count = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (count <= 0) return false;
    unread_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
}

std::string RawServer::Connection::read_request() {
    std::size_t end = 0;
    while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
        if (!read_more()) return {};
    }
    end += 4 + content_length(std::string_view(unread_).substr(0, end));
    while (unread_.size() < end) {
        if (!read_more()) return {};
    }
    std::string request = unread_.substr(0, end);
    unread_.erase(0, end);
    const std::lock_guard lock(server_.mutex_);
    server_.requests_.push_back(request);
    return request;
}

void RawServer::Connection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return; // the client has gone; the script need not care
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

void RawServer::Connection::wait_for_close() {
    while (read_more()) {
    }
}

void RawServer::Connection::reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

RawServer::RawServer(Script script) : script_(std::move(script)), listener_(new_socket()) {
    port_ = bind_somewhere(listener_);
    if (::listen(listener_, 64) != 0) fail("listen");
    acceptor_ = std::thread([this] { accept_all(); });
}

RawServer::~RawServer() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
        for (const int socket : sockets_)
            ::shutdown(socket, SHUT_RDWR);
    }
    ::shutdown(listener_, SHUT_RDWR); // wakes accept()
    acceptor_.join();
    for (auto& worker : workers_)
        worker.join();
    for (const int socket : sockets_)
        ::close(socket);
    ::close(listener_);
}

void RawServer::accept_all() {
    for (;;) {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0 && errno == EINTR) continue;
        if (socket < 0) return;
        const std::lock_guard lock(mutex_);
        sockets_.push_back(socket);
        if (closing_) return;
        workers_.emplace_back([this, socket] { serve(socket); });
    }
}

void RawServer::serve(int socket) {
    Connection connection(socket, *this);
    script_(connection);
    linger how{};
    socklen_t size = sizeof how;
    ::getsockopt(socket, SOL_SOCKET, SO_LINGER, &how, &size);
    if (how.l_onoff == 0) {
        ::shutdown(socket, SHUT_RDWR);
        return;
    }
    // Only close() sends RST; the number must then not be closed a second time.
    const std::lock_guard lock(mutex_);
    std::erase(sockets_, socket);
    ::close(socket);
}

http::Url RawServer::url() const {
    return url_of(port_);
}

std::vector<std::string> RawServer::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

std::size_t RawServer::connections() const {
    const std::lock_guard lock(mutex_);
    return workers_.size();
}

DeadPort::DeadPort() : socket_(new_socket()), port_(bind_somewhere(socket_)) {}
DeadPort::~DeadPort() {
    ::close(socket_);
}
http::Url DeadPort::url() const {
    return url_of(port_);
}

FullPort::FullPort() {
    sockets_.push_back(new_socket());
    port_ = bind_somewhere(sockets_.front());
    if (::listen(sockets_.front(), 0) != 0) fail("listen");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port_);
    for (int filler = 0; filler < 4; ++filler) { // the kernel queues one or two, then drops what asks to connect
        sockets_.push_back(new_socket(SOCK_NONBLOCK));
        ::connect(sockets_.back(), as_address(address), sizeof address);
    }
}

FullPort::~FullPort() {
    for (const int socket : sockets_)
        ::close(socket);
}

http::Url FullPort::url() const {
    return url_of(port_);
}

} // namespace codemate::test
