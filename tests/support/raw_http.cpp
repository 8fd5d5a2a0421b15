#include "support/raw_http.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <strings.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace codemate::test {
namespace {

using Steady = std::chrono::steady_clock;

class Socket {
public:
    explicit Socket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (fd_ < 0 || ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            const int error = errno;
            if (fd_ >= 0) ::close(fd_);
            throw std::system_error(error, std::generic_category(), "connect to port " + std::to_string(port));
        }
    }
    ~Socket() { ::close(fd_); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    void send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const auto count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return; // the answer may be there although the server did not read all
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
    }
    int fd() const { return fd_; }

private:
    int fd_;
};

// The reply's bytes, one piece at a time.
class Reader {
public:
    Reader(const Socket& socket, Steady::time_point until) : socket_(socket), until_(until) {}

    enum class Got { some, closed, late };
    Got more() {
        while (true) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until_ - Steady::now()).count();
            pollfd poll_fd{socket_.fd(), POLLIN, 0};
            const int ready = left <= 0 ? 0 : ::poll(&poll_fd, 1, static_cast<int>(left));
            if (ready < 0 && errno == EINTR) continue;
            if (ready <= 0) return Got::late;
            std::array<char, 65536> buffer;
            const auto count = ::recv(socket_.fd(), buffer.data(), buffer.size(), 0);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return Got::closed;
            bytes.append(buffer.data(), static_cast<std::size_t>(count));
            return Got::some;
        }
    }
    // Until `enough` bytes are there.
    Got need(std::size_t enough) {
        while (bytes.size() < enough)
            if (const auto got = more(); got != Got::some) return got;
        return Got::some;
    }
    // Until the text is there; then it and what is before it are taken.
    Got take_to(std::string_view mark, std::string& into) {
        std::size_t at = 0;
        while ((at = bytes.find(mark)) == std::string::npos)
            if (const auto got = more(); got != Got::some) return got;
        into = bytes.substr(0, at);
        bytes.erase(0, at + mark.size());
        return Got::some;
    }
    std::string bytes;

private:
    const Socket& socket_;
    Steady::time_point until_;
};

bool has(const RawHeaders& headers, std::string_view name) {
    for (const auto& [key, value] : headers)
        if (::strcasecmp(key.c_str(), std::string(name).c_str()) == 0) return true;
    return false;
}

std::string text_of(const RawRequest& request, std::uint16_t port) {
    std::string text = request.method + " " + request.path + " HTTP/1.1\r\n";
    if (!has(request.headers, "Host")) text += "Host: 127.0.0.1:" + std::to_string(port) + "\r\n";
    for (const auto& [key, value] : request.headers)
        text += key + ": " + value + "\r\n";
    if (!has(request.headers, "Connection")) text += "Connection: close\r\n";
    if (request.body) text += "Content-Length: " + std::to_string(request.body->size()) + "\r\n";
    return text + "\r\n" + request.body.value_or("");
}

void parse_head(const std::string& head, RawReply& reply) {
    std::size_t at = 0;
    bool first = true;
    while (at <= head.size()) {
        const auto end = std::min(head.find("\r\n", at), head.size());
        const std::string line = head.substr(at, end - at);
        at = end + 2;
        if (first) { // HTTP/1.1 200 OK
            if (line.size() < 12) throw std::runtime_error("no status line: " + line);
            reply.status = std::stoi(line.substr(9, 3));
            reply.reason = line.size() > 13 ? line.substr(13) : "";
        } else if (const auto colon = line.find(':'); colon != std::string::npos) {
            const auto value = line.find_first_not_of(" \t", colon + 1);
            reply.headers.emplace_back(line.substr(0, colon), value == std::string::npos ? "" : line.substr(value));
        }
        first = false;
    }
}

RawReply::End end_of(Reader::Got got) {
    return got == Reader::Got::late ? RawReply::End::dropped : RawReply::End::cut;
}

using OnChunk = std::function<RawFlow(const RawChunk&)>;

class Body {
public:
    Body(Reader& reader, RawReply& reply, const OnChunk& on_chunk, Steady::time_point began)
        : reader_(reader), reply_(reply), on_chunk_(on_chunk), began_(began) {}

    RawReply::End read_chunked() {
        while (true) {
            std::string line;
            if (const auto got = reader_.take_to("\r\n", line); got != Reader::Got::some) return end_of(got);
            const std::size_t size = std::stoul(line, nullptr, 16);
            if (const auto got = reader_.need(size + 2); got != Reader::Got::some) {
                if (!reader_.bytes.empty()) add(std::exchange(reader_.bytes, {}));
                return end_of(got);
            }
            std::string text = reader_.bytes.substr(0, size);
            reader_.bytes.erase(0, size + 2);
            if (size == 0) return RawReply::End::complete;
            if (add(std::move(text)) == RawFlow::drop) return RawReply::End::dropped;
        }
    }
    RawReply::End read_plain(std::size_t size) {
        const auto got = reader_.need(size);
        if (!reader_.bytes.empty()) add(std::exchange(reader_.bytes, {}));
        return got == Reader::Got::some ? RawReply::End::complete : end_of(got);
    }
    RawReply::End read_to_close() {
        auto got = Reader::Got::some;
        while (got == Reader::Got::some)
            got = reader_.more();
        if (!reader_.bytes.empty()) add(std::exchange(reader_.bytes, {}));
        return got == Reader::Got::closed ? RawReply::End::complete : RawReply::End::dropped;
    }

private:
    RawFlow add(std::string text) {
        const auto at = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - began_);
        reply_.chunks.push_back({at, std::move(text)});
        return on_chunk_ ? on_chunk_(reply_.chunks.back()) : RawFlow::go_on;
    }

    Reader& reader_;
    RawReply& reply_;
    const OnChunk& on_chunk_;
    Steady::time_point began_;
};

RawReply::End read_body(Body& body, const RawReply& reply, std::string_view method) {
    if (method == "HEAD" || reply.status == 204 || reply.status == 304) return RawReply::End::complete;
    if (const auto* coding = reply.header("Transfer-Encoding"); coding != nullptr && *coding == "chunked")
        return body.read_chunked();
    if (const auto* length = reply.header("Content-Length")) return body.read_plain(std::stoul(*length));
    return body.read_to_close();
}

} // namespace

std::string RawReply::body() const {
    std::string all;
    for (const auto& chunk : chunks)
        all += chunk.text;
    return all;
}

const std::string* RawReply::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (::strcasecmp(key.c_str(), std::string(name).c_str()) == 0) return &value;
    return nullptr;
}

RawReply exchange(std::uint16_t port, const RawRequest& request, const OnChunk& on_chunk,
                  std::chrono::milliseconds limit) {
    const auto began = Steady::now();
    const Socket socket(port);
    socket.send(text_of(request, port));
    Reader reader(socket, began + limit);
    RawReply reply;
    std::string head;
    if (const auto got = reader.take_to("\r\n\r\n", head); got != Reader::Got::some) {
        reply.end = end_of(got);
    } else {
        parse_head(head, reply);
        Body body(reader, reply, on_chunk, began);
        reply.end = read_body(body, reply, request.method);
    }
    reply.took = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - began);
    return reply;
}

} // namespace codemate::test
