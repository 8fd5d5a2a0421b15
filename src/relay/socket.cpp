#include "relay/socket.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace codemate::relay {

namespace {

constexpr int most_waiting = 512; // connections that the system accepts before we do

Error cannot_listen(const std::string& address, std::uint16_t port, int error) {
    return Error(Kind::unreachable, "cannot listen on " + address + (port == 0 ? "" : ':' + std::to_string(port)) +
                                        ": " + std::system_category().message(error));
}

sockaddr_in parse_address(const std::string& address, std::uint16_t port) {
    sockaddr_in parsed{};
    parsed.sin_family = AF_INET;
    parsed.sin_port = htons(port);
    if (::inet_pton(AF_INET, address.c_str(), &parsed.sin_addr) != 1 || parsed.sin_addr.s_addr == htonl(INADDR_ANY))
        throw Error(Kind::usage, quoted(address) + " is no IPv4 address of this machine");
    return parsed;
}

void set_option(const Descriptor& socket, int level, int name) {
    const int yes = 1;
    ::setsockopt(socket.number(), level, name, &yes, sizeof yes);
}

Moved moved(ssize_t count) {
    if (count > 0) return {Moved::End::done, static_cast<std::size_t>(count)};
    const bool later = count < 0 && (errno == EAGAIN || errno == EINTR);
    return {later ? Moved::End::later : Moved::End::closed, 0};
}

} // namespace

Descriptor::~Descriptor() {
    if (number_ >= 0) ::close(number_);
}

Descriptor listen_on(const std::string& address, std::uint16_t port) {
    const sockaddr_in where = parse_address(address, port);
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) throw cannot_listen(address, port, errno);
    set_option(socket, SOL_SOCKET, SO_REUSEADDR); // a port that was named may be in use again at once
    if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0 ||
        ::listen(socket.number(), most_waiting) != 0)
        throw cannot_listen(address, port, errno);
    return socket;
}

std::uint16_t port_of(const Descriptor& socket) {
    sockaddr_in where{};
    socklen_t size = sizeof where;
    if (::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&where), &size) != 0)
        throw Error(Kind::defect, "a socket without an address");
    return ntohs(where.sin_port);
}

Accepted accept_from(const Descriptor& listener) {
    Descriptor socket(::accept4(listener.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) return {{}, errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM};
    set_option(socket, IPPROTO_TCP, TCP_NODELAY);
    return {std::move(socket), false};
}

Moved receive(const Descriptor& socket, std::string& into, std::size_t limit) {
    std::array<char, 4096> buffer{};
    const std::size_t room = std::min(buffer.size(), limit - std::min(limit, into.size()));
    if (room == 0) return {Moved::End::later, 0};
    const Moved got = moved(::recv(socket.number(), buffer.data(), room, 0));
    into.append(buffer.data(), got.count);
    return got;
}

Moved send_some(const Descriptor& socket, std::string_view bytes, More more) {
    if (bytes.empty()) return {};
    const int flags = MSG_NOSIGNAL | (more == More::comes ? MSG_MORE : 0);
    return moved(::send(socket.number(), bytes.data(), bytes.size(), flags));
}

std::size_t send_all(const Descriptor& socket, std::string_view bytes, Duration patience, More more) {
    const std::size_t size = bytes.size();
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
    while (!bytes.empty()) {
        const Moved sent = send_some(socket, bytes, more);
        if (sent.end == Moved::End::closed) break;
        bytes.remove_prefix(sent.count);
        if (sent.end == Moved::End::done) continue;
        pollfd writable{socket.number(), POLLOUT, 0};
        if (::poll(&writable, 1, static_cast<int>(milliseconds)) == 0) break;
    }
    return size - bytes.size();
}

void shut_down(const Descriptor& socket) {
    ::shutdown(socket.number(), SHUT_RDWR);
}

Bell::Bell() : descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (!descriptor_) throw Error(Kind::storage, "no descriptor is left: " + std::system_category().message(errno));
}

void Bell::ring() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(descriptor_.number(), &one, sizeof one); // full: it rings already
}

void Bell::quiet() const {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto had = ::read(descriptor_.number(), &count, sizeof count);
}

} // namespace codemate::relay
