#include "support/catch.hpp"
#include "support/raw_server.hpp"

#include "codemate/base/error.hpp"
#include "codemate/http/client.hpp"

#include <atomic>
#include <cstdlib>
#include <semaphore>
#include <thread>

using namespace codemate;
using namespace codemate::http;
using codemate::test::DeadPort;
using codemate::test::FullPort;
using codemate::test::RawServer;

namespace {

constexpr auto patience = std::chrono::seconds(30); // of a test that hangs; none waits that long

using Signal = std::counting_semaphore<>;

std::string ok(std::string_view body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

RawServer::Script answering(std::string bytes) {
    return [bytes = std::move(bytes)](RawServer::Connection& connection) {
        while (!connection.read_request().empty())
            connection.send(bytes);
    };
}

// Answers one request and closes.
RawServer::Script once(std::string bytes) {
    return [bytes = std::move(bytes)](RawServer::Connection& connection) {
        connection.read_request();
        connection.send(bytes);
    };
}

// Answers one request and stays silent until the client goes.
RawServer::Script then_silence(std::string bytes) {
    return [bytes = std::move(bytes)](RawServer::Connection& connection) {
        connection.read_request();
        connection.send(bytes);
        connection.wait_for_close();
    };
}

Request get(const Url& url) {
    Request request;
    request.url = url;
    return request;
}

std::unique_ptr<Client> new_client() {
    return make_client({.user_agent = "codemate-test/1"});
}

struct Collected {
    std::string bytes;
    int pulses = 0;
    std::vector<int> statuses;

    Receiver receiver() {
        return [this](const Response& head, const Piece& piece) {
            bytes.append(piece.bytes);
            if (piece.bytes.empty()) ++pulses;
            statuses.push_back(head.status);
            return http::Flow::go_on;
        };
    }
};

Error error_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return error;
    }
    return Error(Kind::defect, "nothing was thrown");
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

} // namespace

TEST_CASE("an answer is returned with status, reason, headers and body") {
    const RawServer server(
        answering("HTTP/1.1 201 Very Well\r\nX-One:  1 \r\nContent-Length: 5\r\nx-two: a:b\r\n\r\nhello"));
    const Response answer = new_client()->send(get(server.url() / "a/b"), {});
    CHECK(answer.status == 201);
    CHECK(answer.reason == "Very Well");
    CHECK(answer.body == "hello");
    CHECK_FALSE(answer.dropped);
    REQUIRE(answer.header("x-ONE"));
    CHECK(*answer.header("x-ONE") == "1");
    CHECK(*answer.header("X-Two") == "a:b");
    CHECK(answer.header("x-three") == nullptr);
}

TEST_CASE("a request carries what it should and nothing that harms") {
    const RawServer server(answering(ok("")));
    Request request = get(server.url() / "/api//tags");
    request.headers = {{"Accept", "application/json"}, {"X-Empty", ""}};
    new_client()->send(request, {});
    const std::string sent = server.requests().at(0);
    CHECK(sent.starts_with("GET /api//tags HTTP/1.1\r\n"));
    CHECK(contains(sent, "Host: " + server.url().authority() + "\r\n"));
    CHECK(contains(sent, "User-Agent: codemate-test/1\r\n"));
    CHECK(contains(sent, "Accept: application/json\r\n"));
    CHECK(contains(sent, "X-Empty:\r\n"));
    CHECK_FALSE(contains(sent, "Origin"));
    CHECK_FALSE(contains(sent, "Expect"));
    CHECK_FALSE(contains(sent, "Content-Length"));
}

TEST_CASE("a body goes with every method, with its length and without asking first") {
    const std::string method = GENERATE("POST", "DELETE", "GET", "PUT");
    const std::string body = GENERATE(std::string(R"({"model":"x"})"), std::string(200'000, 'x'));
    const RawServer server(answering(ok("")));
    Request request = get(server.url() / "api");
    request.method = method;
    request.headers = {{"Content-Type", "application/json"}};
    request.body = body;
    new_client()->send(request, {});
    const std::string sent = server.requests().at(0);
    CHECK(sent.starts_with(method + " /api HTTP/1.1\r\n"));
    CHECK(contains(sent, "Content-Length: " + std::to_string(body.size()) + "\r\n"));
    CHECK(contains(sent, "Content-Type: application/json\r\n"));
    CHECK_FALSE(contains(sent, "Expect"));
    CHECK(sent.ends_with("\r\n\r\n" + body));
}

TEST_CASE("HEAD has no body to wait for") {
    const RawServer server(answering("HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n"));
    Request request = get(server.url());
    request.method = "HEAD";
    const Response answer = new_client()->send(request, {});
    CHECK(answer.status == 200);
    CHECK(answer.body.empty());
    CHECK(*answer.header("content-length") == "17");
}

TEST_CASE("a header cannot smuggle in another one") {
    const DeadPort port;
    Request request = get(port.url());
    request.headers = {{"X", "1\r\nY: 2"}};
    CHECK(error_of([&] { new_client()->send(request, {}); }).kind() == Kind::defect);
}

TEST_CASE("a receiver gets the whole body, wherever the chunks' borders fall") {
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string body = "5\r\nhello\r\n1\r\n \r\n6\r\nworld\n\r\n0\r\nTrailer: x\r\n\r\n";
    const auto pace = GENERATE(Duration(0), Duration(std::chrono::milliseconds(1)));
    const RawServer server([&](RawServer::Connection& connection) {
        connection.read_request();
        for (const char byte : head + body)
            connection.send(std::string_view(&byte, 1));
    });
    Collected collected;
    Request request = get(server.url());
    request.read_pace = pace;
    const Response answer = new_client()->send(request, collected.receiver(), {});
    CHECK(collected.bytes == "hello world\n");
    CHECK(answer.body.empty());
    CHECK(answer.header("Trailer") == nullptr);
    for (const int status : collected.statuses)
        CHECK(status == 200);
}

TEST_CASE("an interim answer is not the answer") {
    const RawServer server(answering("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n" + ok("late")));
    const Response answer = new_client()->send(get(server.url()), {});
    CHECK(answer.status == 200);
    CHECK(answer.body == "late");
    CHECK(answer.header("X-Early") == nullptr);
}

TEST_CASE("a redirect is an answer") {
    const RawServer server(
        answering("HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"));
    const Response answer = new_client()->send(get(server.url()), {});
    CHECK(answer.status == 301);
    CHECK(*answer.header("Location") == "http://127.0.0.1:1/");
    CHECK(server.requests().size() == 1);
}

TEST_CASE("the body of a failure is collected though there is a receiver") {
    const RawServer server(answering("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope"));
    Collected collected;
    const Response answer = new_client()->send(get(server.url()), collected.receiver(), {});
    CHECK(answer.status == 404);
    CHECK(answer.body == "nope");
    CHECK(collected.bytes.empty());
}

TEST_CASE("a body that ends too early is a cut connection") {
    struct Row {
        std::string sent;
        std::string bytes;
    };
    const auto row = GENERATE(values<Row>({
        {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789ab", "12 bytes"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "5 bytes"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", "3 bytes"},
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nx", "1 byte"},
    }));
    CAPTURE(row.sent);
    const RawServer server(once(row.sent));
    Collected collected;
    const Error error = error_of([&] { new_client()->send(get(server.url()), collected.receiver(), {}); });
    CHECK(error.kind() == Kind::unreachable);
    CHECK(error.message() == "the connection to " + server.url().text() + " was cut after " + row.bytes);
}

TEST_CASE("without a length the end of the connection is the end of the body") {
    const RawServer server(once("HTTP/1.1 200 OK\r\n\r\nall of it"));
    CHECK(new_client()->send(get(server.url()), {}).body == "all of it");
}

TEST_CASE("a reset connection is a cut one, with and without a length") {
    const std::string head = GENERATE("HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    Signal seen(0);
    const RawServer server([&](RawServer::Connection& connection) {
        connection.read_request();
        connection.send(head + "abc");
        if (seen.try_acquire_for(patience)) connection.reset();
    });
    const auto receiver = [&](const Response&, const Piece& piece) {
        if (!piece.bytes.empty()) seen.release();
        return http::Flow::go_on;
    };
    const Error error = error_of([&] { new_client()->send(get(server.url()), receiver, {}); });
    CHECK(error.kind() == Kind::unreachable);
    CHECK(contains(error.message(), "was cut after 3 bytes"));
}

TEST_CASE("a server that closes without an answer") {
    const RawServer server(once(""));
    const Error error = error_of([&] { new_client()->send(get(server.url()), {}); });
    CHECK(error.kind() == Kind::unreachable);
    CHECK(error.message() == server.url().text() + " closed the connection without an answer");
}

TEST_CASE("what is not HTTP is said to be none") {
    const RawServer server(once("SSH-2.0-OpenSSH_9.2\r\n"));
    const Error error = error_of([&] { new_client()->send(get(server.url()), {}); });
    CHECK(error.kind() == Kind::protocol);
    CHECK(contains(error.message(), "is not HTTP"));
}

TEST_CASE("https to a server that speaks none") {
    const RawServer server([](RawServer::Connection& connection) {
        connection.send("HTTP/1.1 400 Bad Request\r\n\r\n");
        connection.wait_for_close();
    });
    Request request = get(server.url());
    request.url.scheme = "https";
    const Error error = error_of([&] { new_client()->send(request, {}); });
    CHECK(error.kind() == Kind::protocol);
    CHECK(contains(error.message(), "no secure connection to https://"));
}

TEST_CASE("nobody listens") {
    const DeadPort port;
    const Error error = error_of([&] { new_client()->send(get(port.url()), {}); });
    CHECK(error.kind() == Kind::unreachable);
    CHECK(error.message() == "nothing is listening on " + port.url().text());
}

TEST_CASE("times run out") {
    Request request;
    SECTION("of the connection") {
        const FullPort port;
        request.url = port.url();
        request.connect_timeout = std::chrono::milliseconds(50);
        const Error error = error_of([&] { new_client()->send(request, {}); });
        CHECK(error.kind() == Kind::unreachable);
        CHECK(error.message() == "no connection to " + port.url().text() + " within 50ms");
    }
    SECTION("of the whole") {
        const RawServer server(then_silence(""));
        request.url = server.url();
        request.timeout = std::chrono::milliseconds(50);
        const Error error = error_of([&] { new_client()->send(request, {}); });
        CHECK(error.kind() == Kind::unreachable);
        CHECK(error.message() == server.url().text() + " did not answer within 50ms");
    }
}

TEST_CASE("silence for too long ends an exchange in whatever phase") {
    const std::string bytes = GENERATE("", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
                                       "HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 5\r\n\r\nab");
    RawServer server(then_silence(bytes));
    Request request = get(server.url());
    request.silence = std::chrono::milliseconds(1);
    const auto take = [](const Response&, const Piece&) { return Flow::go_on; };
    const Error error = error_of([&] { new_client()->send(request, take, {}); });
    CHECK(error.kind() == Kind::unreachable);
    CHECK(error.message().find(" has sent nothing for 1ms, after ") != std::string::npos);

    RawServer busy(answering(ok("abc")));
    request = get(busy.url());
    request.silence = std::chrono::seconds(30);
    request.read_buffer = ByteCount(std::uint64_t{512} << 10);
    CHECK(new_client()->send(request, {}).body == "abc");
}

TEST_CASE("limits of what is collected") {
    SECTION("the body") {
        const RawServer server(answering(ok(std::string(2000, 'x'))));
        Request request = get(server.url());
        request.body_limit = ByteCount(1999);
        CHECK(error_of([&] { new_client()->send(request, {}); }).kind() == Kind::protocol);
        request.body_limit = ByteCount(2000);
        CHECK(new_client()->send(request, {}).body.size() == 2000);
    }
    SECTION("not what a receiver takes") {
        const RawServer server(answering(ok(std::string(2000, 'x'))));
        Request request = get(server.url());
        request.body_limit = ByteCount(10);
        Collected collected;
        new_client()->send(request, collected.receiver(), {});
        CHECK(collected.bytes.size() == 2000);
    }
    SECTION("the head") {
        std::string head = "HTTP/1.1 200 OK\r\n";
        for (int line = 0; line < 40; ++line)
            head += "X: " + std::string(10'000, 'x') + "\r\n";
        const RawServer server(once(head + "\r\n"));
        CHECK(error_of([&] { new_client()->send(get(server.url()), {}); }).kind() == Kind::protocol);
    }
}

TEST_CASE("what a receiver throws comes out of send") {
    struct Mine {};
    const RawServer server(then_silence("HTTP/1.1 200 OK\r\n\r\nx"));
    const auto client = new_client();
    const auto on_bytes = [](const Response&, const Piece& piece) -> http::Flow {
        if (piece.bytes.empty()) return http::Flow::go_on;
        throw Mine{};
    };
    CHECK_THROWS_AS(client->send(get(server.url()), on_bytes, {}), Mine);
    const auto on_silence = [](const Response&, const Piece& piece) -> http::Flow {
        if (!piece.bytes.empty()) return http::Flow::go_on;
        throw Mine{};
    };
    CHECK_THROWS_AS(client->send(get(server.url()), on_silence, {}), Mine);
}

TEST_CASE("a receiver that wants no more ends the exchange") {
    Signal closed(0);
    const RawServer server([&](RawServer::Connection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\n\r\nabc");
        connection.wait_for_close();
        closed.release();
    });
    const bool in_silence = GENERATE(false, true);
    const auto client = new_client();
    const Response answer =
        client->send(get(server.url()),
                     [&](const Response&, const Piece& piece) {
                         return piece.bytes.empty() == in_silence ? http::Flow::drop : http::Flow::go_on;
                     },
                     {});
    CHECK(answer.dropped);
    CHECK(answer.status == 200);
    CHECK(closed.try_acquire_for(patience)); // the server notices, though the client lives on
}

TEST_CASE("silence comes as pulses, before the head and within the body") {
    const RawServer server(then_silence("HTTP/1.1 200 OK\r\n\r\nabc"));
    const RawServer mute(then_silence(""));
    const bool headless = GENERATE(false, true);
    const SteadyTime begin = std::chrono::steady_clock::now();
    SteadyTime end{};
    int pulses = 0;
    const Response answer =
        new_client()->send(get(headless ? mute.url() : server.url()),
                           [&](const Response& head, const Piece& piece) {
                               CHECK(head.status == (headless ? 0 : 200));
                               end = piece.received;
                               return piece.bytes.empty() && ++pulses == 2 ? http::Flow::drop : http::Flow::go_on;
                           },
                           {});
    CHECK(answer.dropped);
    CHECK(pulses == 2);
    CHECK(end - begin >= std::chrono::milliseconds(500));
}

TEST_CASE("bytes are stamped when they come") {
    Signal seen(0);
    const RawServer server([&](RawServer::Connection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\n\r\na");
        if (seen.try_acquire_for(patience)) connection.send("b");
    });
    std::vector<SteadyTime> times{std::chrono::steady_clock::now()};
    new_client()->send(get(server.url()),
                       [&](const Response&, const Piece& piece) {
                           times.push_back(piece.received);
                           if (piece.bytes == "a") seen.release();
                           return http::Flow::go_on;
                       },
                       {});
    times.push_back(std::chrono::steady_clock::now());
    CHECK(std::is_sorted(times.begin(), times.end()));
    CHECK(times.size() >= 4);
}

TEST_CASE("a stop ends every wait") {
    const RawServer headless(then_silence(""));
    const RawServer bodiless(then_silence("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"));
    const FullPort full;
    std::stop_source stop;
    SECTION("before it begins") {
        stop.request_stop();
        CHECK_THROWS_AS(new_client()->send(get(headless.url()), stop.get_token()), Interrupted);
        CHECK(headless.requests().empty());
    }
    SECTION("for the connection, the head, the body; paced or not") {
        const int which = GENERATE(0, 1, 2);
        const Url url = which == 0 ? full.url() : which == 1 ? headless.url() : bodiless.url();
        Request request = get(url);
        request.read_pace = GENERATE(Duration(0), Duration(std::chrono::seconds(600)));
        Signal waiting(0);
        const std::jthread stopper([&] {
            if (waiting.try_acquire_for(patience)) stop.request_stop();
        });
        const auto receiver = [&](const Response&, const Piece&) { // the first pulse: the exchange waits
            waiting.release();
            return http::Flow::go_on;
        };
        CHECK_THROWS_AS(new_client()->send(request, receiver, stop.get_token()), Interrupted);
    }
    SECTION("in the pause of a paced read") {
        const RawServer server(then_silence("HTTP/1.1 200 OK\r\n\r\nabc"));
        Request request = get(server.url());
        request.read_pace = std::chrono::hours(1);
        Signal came(0);
        const std::jthread stopper([&] {
            if (came.try_acquire_for(patience)) stop.request_stop();
        });
        const auto receiver = [&](const Response&, const Piece&) {
            came.release();
            return http::Flow::go_on;
        };
        CHECK_THROWS_AS(new_client()->send(request, receiver, stop.get_token()), Interrupted);
    }
}

TEST_CASE("a connection is used again") {
    const RawServer server(answering(ok("x")));
    const auto client = new_client();
    for (int i = 0; i < 3; ++i)
        client->send(get(server.url()), {});
    CHECK(server.requests().size() == 3);
    CHECK(server.connections() == 1);
}

TEST_CASE("a connection that the server has closed meanwhile is replaced") {
    const RawServer server(once(ok("x")));
    const auto client = new_client();
    for (int i = 0; i < 3; ++i)
        CHECK(client->send(get(server.url()), {}).body == "x");
    CHECK(server.connections() == 3);
}

TEST_CASE("an exchange that failed does not spoil the next one") {
    // libcurl keeps more of a transfer that did not come to its end than a reset takes away; what, depends on where it
    // failed. A host of ".invalid" is never found, and nobody is asked for it beyond the resolver.
    RawServer server([answers = 0](RawServer::Connection& connection) mutable {
        connection.read_request();
        if (++answers % 2 == 0) return connection.reset();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\ncut");
    });
    RawServer sound(answering(ok("well")));
    const DeadPort dead;
    const Url nowhere = Url::parse("http://codemate-test.invalid/");
    const auto client = new_client();
    for (int round = 0; round < 3; ++round) {
        for (const Url& bad : {nowhere, server.url(), dead.url(), server.url()}) {
            CHECK_THROWS_AS(client->send(get(bad), {}, {}), Error);
            CHECK(client->send(get(sound.url()), {}, {}).body == "well");
        }
    }
}

TEST_CASE("several threads send at once") {
    constexpr int threads = 6, calls = 20;
    const RawServer server([](RawServer::Connection& connection) {
        for (std::string request; !(request = connection.read_request()).empty();) {
            connection.send(ok(request.substr(4, request.find(' ', 4) - 4)));
        }
    });
    const auto client = new_client();
    std::atomic<int> right = 0;
    {
        std::vector<std::jthread> workers;
        for (int worker = 0; worker < threads; ++worker) {
            workers.emplace_back([&, worker] {
                for (int call = 0; call < calls; ++call) {
                    const std::string path = "/" + std::to_string(worker) + "/" + std::to_string(call);
                    if (client->send(get(server.url() / path), {}).body == path) ++right;
                }
            });
        }
    }
    CHECK(right == threads * calls);
    CHECK(server.connections() <= threads);
}

TEST_CASE("a receiver may send too") {
    const RawServer server(answering(ok("x")));
    const auto client = new_client();
    std::string inner;
    client->send(get(server.url()),
                 [&](const Response&, const Piece&) {
                     inner = client->send(get(server.url() / "inner"), {}).body;
                     return http::Flow::go_on;
                 },
                 {});
    CHECK(inner == "x");
}

TEST_CASE("this machine is never behind a proxy, others are") {
    const RawServer proxy(answering(ok("proxied")));
    const RawServer server(answering(ok("direct")));
    const DeadPort dead;
    ::setenv("http_proxy", proxy.url().text().c_str(), 1);
    ::setenv("all_proxy", proxy.url().text().c_str(), 1);
    ::unsetenv("no_proxy");
    ::unsetenv("NO_PROXY");
    const auto client = new_client();
    CHECK(client->send(get(server.url()), {}).body == "direct");
    Request named = get(server.url());
    named.url.host = "localhost";
    CHECK(client->send(named, {}).body == "direct");
    Request other = get(server.url());
    other.url.host = "models.example";
    CHECK(client->send(other, {}).body == "proxied");
    CHECK(proxy.requests().at(0).starts_with("GET http://models.example:"));
    ::setenv("http_proxy", dead.url().text().c_str(), 1);
    const Error error = error_of([&] { client->send(other, {}); });
    CHECK(error.kind() == Kind::unreachable);
    CHECK(contains(error.message(), "cannot reach the proxy 127.0.0.1:" + std::to_string(dead.url().port)));
    CHECK(contains(error.hint(), "unset http_proxy"));
    ::unsetenv("http_proxy");
    ::unsetenv("all_proxy");
}
