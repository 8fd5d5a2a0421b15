#pragma once

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace codemate::test {

// One connection to 127.0.0.1, on which a test does what it likes. Waits are bounded: what does not come is an
// exception.
class Client {
public:
    // `receive_buffer`: of the system; 0: what it thinks fit.
    explicit Client(std::uint16_t port, int receive_buffer = 0)
        : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            const int error = errno;
            ::close(fd_);
            throw std::system_error(error, std::generic_category(), "connect");
        }
    }
    ~Client() {
        if (fd_ >= 0) ::close(fd_);
    }
    Client(Client&& other) noexcept : fd_(std::exchange(other.fd_, -1)), unread_(std::move(other.unread_)) {}
    Client& operator=(Client&&) = delete;

    bool send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const auto count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }
    void get(const std::string& path, const std::string& headers = "") const {
        send("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
    }

    std::string read_head() { return read_to("\r\n\r\n"); }
    std::string read(std::size_t count) {
        while (unread_.size() < count)
            if (!more()) throw std::runtime_error("the connection ended early");
        std::string bytes = unread_.substr(0, count);
        unread_.erase(0, count);
        return bytes;
    }
    // Head and body, by the length that the head states.
    std::string read_reply() {
        const std::string head = read_head();
        constexpr std::string_view name = "Content-Length: ";
        const auto at = head.find(name);
        std::size_t length = 0;
        if (at != std::string::npos) std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
        return head + read(length);
    }
    bool is_closed() { // waits for it, whatever comes before
        while (more()) {
        }
        return true;
    }
    bool is_open() const { // at this moment
        char byte = 0;
        const auto count = ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return count > 0 || (count < 0 && errno == EAGAIN);
    }
    void end_sending() const { ::shutdown(fd_, SHUT_WR); }

private:
    std::string read_to(std::string_view mark) {
        for (auto at = unread_.find(mark);; at = unread_.find(mark)) {
            if (at != std::string::npos) return read(at + mark.size());
            if (!more()) throw std::runtime_error("the connection ended before the end of a head");
        }
    }
    bool more() {
        constexpr int patience = 30'000;
        pollfd readable{fd_, POLLIN, 0};
        if (::poll(&readable, 1, patience) <= 0) throw std::runtime_error("nothing comes");
        std::array<char, 65536> buffer{};
        const auto count = ::recv(fd_, buffer.data(), buffer.size(), 0);
        if (count <= 0) return false;
        unread_.append(buffer.data(), static_cast<std::size_t>(count));
        return true;
    }

    int fd_;
    std::string unread_;
};

} // namespace codemate::test
