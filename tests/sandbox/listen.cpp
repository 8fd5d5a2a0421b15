#include "sandbox/listen.hpp"

#include "sandbox/api.hpp"
#include "sandbox/registry.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <httplib.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#if defined(__SANITIZE_THREAD__)
// The library itself is not compiled for it, so that its locks are not seen.
extern "C" const char* __tsan_default_suppressions() {
    return "called_from_lib:libcpp-httplib\nrace:libcpp-httplib\n";
}
#endif

namespace codemate::sandbox {
namespace {

// fn(descriptor, the other end's port) for each connection that came to this port. The library does not say which
// socket a request came on; the pair of ports does.
void for_each_connection(std::uint16_t local, const std::function<void(int, std::uint16_t)>& fn) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/dev/fd", ignored)) {
        const int fd = std::atoi(entry.path().filename().c_str());
        sockaddr_in here{}, there{};
        socklen_t size = sizeof here;
        if (::getsockname(fd, reinterpret_cast<sockaddr*>(&here), &size) != 0) continue;
        if (here.sin_family != AF_INET || ntohs(here.sin_port) != local) continue;
        size = sizeof there;
        if (::getpeername(fd, reinterpret_cast<sockaddr*>(&there), &size) == 0) fn(fd, ntohs(there.sin_port));
    }
}

int find_socket(std::uint16_t local, std::uint16_t remote) {
    int found = -1;
    for_each_connection(local, [&](int fd, std::uint16_t port) {
        if (port == remote) found = fd;
    });
    return found;
}

// So that nobody waits for a request that will not come.
void close_all(std::uint16_t local) {
    for_each_connection(local, [](int fd, std::uint16_t) { ::shutdown(fd, SHUT_RDWR); });
}

class Connection final : public Peer {
public:
    Connection(const Stop& stop, int fd) : stop_(stop), fd_(fd) {}
    // A client that closes its half counts as gone: so does the real server take it.
    bool gone() const override {
        char byte = 0;
        return stop_.stop_requested() || (fd_ >= 0 && ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0);
    }

    void cut() const {
        if (fd_ >= 0) ::shutdown(fd_, SHUT_RDWR);
    }

private:
    Stop stop_;
    int fd_;
};

// A thread for each connection. The library's own pool has a fixed number, and a thread stays with its connection as
// long as that is kept alive: with many clients, and pulls that come back to this port for their blobs, some would wait
// for the end of connections on which nothing happens.
class ThreadPerConnection final : public httplib::TaskQueue {
public:
    using Answer = decltype(std::declval<httplib::TaskQueue&>().enqueue({})); // void or bool, by the library's version

    Answer enqueue(std::function<void()> serve) override {
        {
            const std::lock_guard lock(mutex_);
            ++running_;
        }
        std::thread([this, serve = std::move(serve)] {
            serve();
            const std::lock_guard lock(mutex_);
            if (--running_ == 0) ended_.notify_all();
        }).detach();
        return static_cast<Answer>(true);
    }
    void shutdown() override {
        std::unique_lock lock(mutex_);
        ended_.wait(lock, [&] { return running_ == 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable ended_;
    std::size_t running_ = 0;
};

std::string http_date() {
    const std::time_t stamp = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&stamp, &parts);
    std::array<char, 40> buffer{};
    std::strftime(buffer.data(), buffer.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return buffer.data();
}

// What the reply to the request in hand carries: the library adds headers of its own, which are put right at the end.
thread_local Headers final_headers;

// Go's server writes the length where the body fits its buffer, and chunks otherwise; nothing for a HEAD without a
// body.
constexpr std::size_t go_buffer = 2048;

class ProviderSink final : public Sink {
public:
    explicit ProviderSink(httplib::DataSink& sink) : sink_(sink) {}
    bool write(std::string_view bytes) override { return sink_.write(bytes.data(), bytes.size()); }

private:
    httplib::DataSink& sink_;
};

void send_stream(const std::function<StreamEnd(Sink&)>& stream, httplib::Response& to) {
    to.set_chunked_content_provider("", [stream](std::size_t, httplib::DataSink& out) {
        ProviderSink sink(out);
        if (stream(sink) == StreamEnd::cut) return false;
        out.done();
        return true;
    });
}

void send_content(const Content& content, httplib::Response& to) {
    to.set_content_provider(static_cast<std::size_t>(content.size), "application/octet-stream",
                            [content](std::size_t offset, std::size_t left, httplib::DataSink& out) {
                                const auto length = std::min<std::uint64_t>(content_piece, left);
                                try {
                                    const auto bytes = content.read(offset, static_cast<std::size_t>(length));
                                    return !bytes.empty() && out.write(bytes.data(), bytes.size());
                                } catch (const PullCanceled&) { // the server stops
                                    return false;
                                }
                            });
}

void send_body(const Reply& reply, bool head, httplib::Response& to) {
    const bool long_body = reply.body.size() > go_buffer;
    if (!long_body && (!head || !reply.body.empty()))
        final_headers.emplace_back("Content-Length", std::to_string(reply.body.size()));
    if (head) return;
    if (!long_body) {
        to.body = reply.body;
        return;
    }
    final_headers.emplace_back("Transfer-Encoding", "chunked");
    send_stream(
        [body = reply.body](Sink& sink) {
            sink.write(body);
            return StreamEnd::complete;
        },
        to);
}

void send(const Reply& reply, bool head, httplib::Response& to) {
    to.status = reply.status;
    final_headers = reply.headers;
    final_headers.emplace_back("Date", http_date());
    if (reply.content) {
        final_headers.emplace_back("Content-Length", std::to_string(reply.content->size));
        if (!head && reply.content->size > 0) send_content(*reply.content, to);
    } else if (reply.stream) {
        final_headers.emplace_back("Transfer-Encoding", "chunked");
        send_stream(reply.stream, to);
    } else {
        send_body(reply, head, to);
    }
}

void put_headers_right(httplib::Response& to) {
    const bool close = to.has_header("Connection");
    to.headers.clear();
    for (const auto& [key, value] : final_headers)
        to.headers.emplace(key, value);
    if (close) to.headers.emplace("Connection", "close");
}

Request translated(const httplib::Request& from) {
    Request request{.method = from.method, .path = from.path, .body = from.body};
    for (const auto& [key, value] : from.params)
        request.query.emplace_back(key, value);
    for (const auto& [key, value] : from.headers)
        if (key != "REMOTE_ADDR" && key != "REMOTE_PORT" && key != "LOCAL_ADDR" && key != "LOCAL_PORT")
            request.headers.emplace_back(key, value);
    return request;
}

} // namespace

struct Listener::State {
    explicit State(World& of) : world(of) {}

    World& world;
    httplib::Server server;
    int port = 0;

    void answer(const httplib::Request& from, httplib::Response& to) {
        auto request = translated(from);
        const auto connection = std::make_shared<Connection>(
            world.stop.get_token(),
            find_socket(static_cast<std::uint16_t>(port), static_cast<std::uint16_t>(from.remote_port)));
        request.peer = connection.get();
        Reply reply = is_registry_path(request.path) ? registry(world, request) : api(world, request);
        if (reply.cut) connection->cut();
        if (reply.hang) {
            hang(*connection);
            reply = Reply{.status = 500}; // nobody is there to read it
        }
        if (reply.stream) // the connection lives as long as the stream that looks at it
            reply.stream = [inner = reply.stream, connection](Sink& sink) { return inner(sink); };
        send(reply, request.method == "HEAD", to);
    }
    void hang(const Connection& connection) const {
        try {
            while (!connection.gone())
                wait_for(std::chrono::milliseconds(20), world.stop.get_token());
        } catch (const PullCanceled&) { // the server stops
        }
    }
    // Before anything is read: what the library would do with some requests is not what the real server does.
    httplib::Server::HandlerResponse prepare(httplib::Request& from, httplib::Response& to) {
        from.headers.erase("Accept-Encoding"); // never compressed
        from.ranges.clear();                   // ranges are the registry's own
        const bool no_body = !from.has_header("Content-Length") && !from.has_header("Transfer-Encoding");
        if (!no_body || from.method == "GET" || from.method == "HEAD")
            return httplib::Server::HandlerResponse::Unhandled;
        answer(from, to); // it would wait for the connection's end
        return httplib::Server::HandlerResponse::Handled;
    }
    void set_up() {
        const auto handler = [this](const httplib::Request& from, httplib::Response& to) { answer(from, to); };
        server.Get(".*", handler).Post(".*", handler).Put(".*", handler).Patch(".*", handler).Delete(".*", handler);
        server.Options(".*", handler);
        server.set_pre_routing_handler([this](const httplib::Request& from, httplib::Response& to) {
            return prepare(const_cast<httplib::Request&>(from), to); // an object of the library, not a constant
        });
        server.set_post_routing_handler([](const httplib::Request&, httplib::Response& to) { put_headers_right(to); });
        server.new_task_queue = [] { return new ThreadPerConnection; };
        server.set_keep_alive_max_count(1'000'000);
        server.set_keep_alive_timeout(600);
        server.set_read_timeout(600);
        server.set_write_timeout(600);
        server.set_payload_max_length(SIZE_MAX);
        server.set_tcp_nodelay(true);
    }
};

Listener::Listener(World& world, std::uint16_t port) : state_(std::make_unique<State>(world)) {
    state_->set_up();
    auto& server = state_->server;
    // The library would let two servers share a port; a test that meets another's answers would be hard to understand.
    int listening = -1;
    server.set_socket_options([&listening](auto socket) {
        const int yes = 1;
        ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        listening = socket;
    });
    state_->port = port != 0 && server.bind_to_port("127.0.0.1", port) ? port : -1;
    if (port == 0) state_->port = server.bind_to_any_port("127.0.0.1");
    if (state_->port <= 0)
        throw Error(Kind::unreachable, "cannot listen on 127.0.0.1:" + std::to_string(port) + ": the port is taken")
            .hint("leave --port away to get a free one");
    ::listen(listening, 1024); // the library's five make the sixth of many wait for a second
    world.port = static_cast<std::uint16_t>(state_->port);
}

Listener::~Listener() = default;

std::uint16_t Listener::port() const {
    return static_cast<std::uint16_t>(state_->port);
}

void Listener::run() {
    state_->server.listen_after_bind();
}

void Listener::stop() {
    state_->world.end();
    // Before its loop runs the library takes no notice of a stop: a signal may come right behind the first line
    // printed.
    while (!state_->server.is_running())
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    state_->server.stop();
    close_all(port());
}

} // namespace codemate::sandbox
