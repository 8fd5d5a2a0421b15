#include "registry/part_of_blob.hpp"
#include "support/catch.hpp"
#include "support/http_doubles.hpp"
#include "support/raw_server.hpp"
#include "unit/registry/site.hpp"

#include "codemate/registry/credentials.hpp"

#include <atomic>

using namespace codemate;
using namespace codemate::registry;
using namespace codemate::test;

namespace {

const ModelName model = ModelName::parse("registry.corp/team/m");
const std::string text = "0123456789";
const Digest digest = Digest::of(text);

template<class Act>
Error error_of(Act act) {
    try {
        act();
    } catch (const Error& error) {
        return error;
    }
    return {Kind::defect, "nothing was thrown"};
}

std::string read(http::Client& client, ByteRange range, const Options& options = {}) {
    std::string got;
    const auto take = [&](std::string_view bytes) {
        got += bytes;
        return http::Flow::go_on;
    };
    connect(client, options)->read_blob(model, digest, range, take, {});
    return got;
}

std::string read(const http::Response& answer, ByteRange range) {
    Site site([&](const http::Request&) { return answer; });
    return read(site, range);
}

http::Response part(std::string bytes, std::string range) {
    return reply(206, std::move(bytes), {{"Content-Range", std::move(range)}});
}

} // namespace

TEST_CASE("a part is asked for by its first and last byte, for as long as it takes") {
    Site site([](const http::Request&) { return part("456", "bytes 4-6/10"); });
    CHECK(read(site, {4, 3}) == "456");
    const auto request = site.requests().front();
    CHECK(header(request, "Range") == "bytes=4-6");
    CHECK_FALSE(request.timeout);
    CHECK(request.silence == std::chrono::seconds(30));
    read(site, {4, 3}, {.silence = std::chrono::seconds(5)});
    CHECK(site.requests().back().silence == std::chrono::seconds(5));
    CHECK(request.read_buffer > http::Request().read_buffer);
    CHECK(range_header({UINT64_MAX, 1}) == "bytes=18446744073709551615-18446744073709551615");
    CHECK(range_header({0, UINT64_MAX}) == "bytes=0-18446744073709551614");
    CHECK_THROWS_AS(range_header({UINT64_MAX, 2}), Error);
    CHECK_THROWS_AS(range_header({0, 0}), Error);
    CHECK(read(site, {4, 0}).empty());
    CHECK(site.requests().size() == 2);
}

TEST_CASE("a registry that ignores ranges is good for the beginning alone") {
    CHECK(read(reply(200, text), {0, 4}) == "0123");
    CHECK(read(reply(200, text), {0, 10}) == text);
    CHECK(error_of([] { read(reply(200, text), {1, 4}); }).kind() == Kind::protocol);
}

TEST_CASE("another part than the one that was asked for") {
    for (const auto* range : {"bytes 5-7/10", "bytes 3-6/10", "lines 4-6/10", "bytes */10", "4-6/10", "bytes 4-6",
                              "bytes 4-3/10", "bytes -4-6/10", "bytes 4-99999999999999999999/*", ""}) {
        CAPTURE(range);
        const Error error = error_of([&] { read(part("456", range), {4, 3}); });
        CHECK(error.kind() == Kind::protocol);
        CHECK(error.message() ==
              "registry.corp sends another part of the blob " + digest.id() + " of 'registry.corp/team/m:latest'");
    }
    CHECK(error_of([] { read(reply(206, "456"), {4, 3}); }).kind() == Kind::protocol);
    CHECK(error_of([] { read(reply(204, "456"), {4, 3}); }).kind() == Kind::protocol);
    CHECK(read(part("456", "bytes 4-6/*"), {4, 3}) == "456");
    CHECK(read(part("456789", "bytes 4-9/10"), {4, 3}) == "456"); // more of it than was wanted
    CHECK(parse_content_range("bytes 0-18446744073709551615/*") == std::nullopt);
}

TEST_CASE("a part that ends early, is not there, or may not be read") {
    const Error early = error_of([] { read(part("45", "bytes 4-5/7"), {4, 3}); });
    CHECK(early.kind() == Kind::unreachable);
    CHECK(early.message().find("ended after 2 of 3 bytes of the blob") != std::string::npos);
    CHECK(error_of([] { read(reply(200, ""), {0, 3}); }).kind() == Kind::unreachable);
    CHECK(error_of([] { read(reply(416), {4, 3}); }).kind() == Kind::protocol);
    CHECK(error_of([] { read(reply(404), {4, 3}); }).kind() == Kind::not_found);
    CHECK(error_of([] { read(reply(401), {4, 3}); }).kind() == Kind::unauthorised);
    CHECK(error_of([] { read(reply(429), {4, 3}); }).kind() == Kind::busy);
    Site packed([](const http::Request&) {
        return reply(206, "456", {{"Content-Range", "bytes 4-6/10"}, {"Content-Encoding", "gzip"}});
    });
    CHECK(error_of([&] { read(packed, {4, 3}); }).kind() == Kind::protocol);
}

TEST_CASE("what is said to be something else is no cut that another attempt would mend") {
    using Headers = std::vector<http::Header>;
    const std::pair<http::Response, std::string> cases[] = {
        {reply(200, "<html>", {{"Content-Type", "text/html; charset=utf-8"}}), "sends a web page in place of the blob"},
        {reply(206, "0123456789", {{"Content-Type", "Text/HTML"}, {"Content-Range", "bytes 0-9/10"}}), "a web page"},
        {reply(200, "012", Headers{{"Content-Length", "3"}}), "has 3 bytes in place of the blob"},
        {part("0123", "bytes 0-3/4"), "has 4 bytes in place of the blob"},
    };
    for (const auto& [answer, says] : cases) {
        CAPTURE(says);
        const Error error = error_of([&, &answer = answer] { read(answer, {0, 10}); });
        CHECK(error.kind() == Kind::protocol);
        CHECK(error.message().find(says) != std::string::npos);
        CHECK(error.hint().find("is there a registry at all?") != std::string::npos);
    }
    for (const auto& answer :
         {reply(200, "012", {{"Content-Length", "10"}}), reply(200, "012", {{"Content-Length", "x"}}),
          part("012", "bytes 0-9/10"), part("012", "bytes 0-9/*")})
        CHECK(error_of([&] { read(answer, {0, 10}); }).kind() == Kind::unreachable);
    CHECK(parse_whole_size("bytes 0-3/4") == 4U);
    for (const auto* none : {"bytes 0-3/*", "bytes 0-3/4x", "bytes */4", "4", ""})
        CHECK_FALSE(parse_whole_size(none));
}

TEST_CASE("who redirects to where nobody is, is said") {
    Site site([](const http::Request& request) {
        if (request.url.host == "login.corp") throw Error(Kind::unreachable, "cannot find the host 'login.corp'");
        return reply(307, "", {{"Location", "https://login.corp/"}});
    });
    const Error error = error_of([&] { read(site, {0, 3}); });
    CHECK(error.kind() == Kind::unreachable);
    CHECK(error.message() == "registry.corp redirects to login.corp: cannot find the host 'login.corp'");
    CHECK(error.hint().find("CODEMATE_REGISTRY") == std::string::npos);
    CHECK(error.hint().find("login page") != std::string::npos);
}

TEST_CASE("parts are had with a login and behind redirects, and credentials go nowhere else") {
    Site site([](const http::Request& request) {
        if (request.url.host == "cdn.example") return part("456", "bytes 4-6/10");
        if (header(request, "Authorization").empty()) return challenge("Basic realm=x");
        return reply(307, "elsewhere", {{"Location", "https://cdn.example/x?sig"}});
    });
    const Options options{.public_registry = {},
                          .plain_http_hosts = {},
                          .credentials = fixed_credentials("registry.corp", {.user = "me", .password = "secret"})};
    CHECK(read(site, {4, 3}, options) == "456");
    REQUIRE(site.requests().size() == 3);
    CHECK(header(site.requests()[2], "Range") == "bytes=4-6");
    CHECK(header(site.requests()[2], "Authorization").empty());
}

TEST_CASE("large parts come in large pieces, each byte once") {
    std::string whole;
    while (whole.size() < 1'000'000)
        whole += std::to_string(whole.size()) + ' ';
    Script::Answer answer{.status = 206, .steps = {}, .headers = {}};
    answer.headers.push_back({"Content-Range", "bytes 0-" + std::to_string(whole.size() - 1) + "/*"});
    for (std::size_t at = 0; at < whole.size(); at += 16'000) {
        answer.steps.emplace_back(whole.substr(at, 16'000));
        if (at % 5 == 0) answer.steps.emplace_back(Script::Silence{});
    }
    Script script(answer);
    std::string got;
    std::size_t largest = 0;
    const auto take = [&](std::string_view bytes) {
        got += bytes;
        largest = std::max(largest, bytes.size());
        return http::Flow::go_on;
    };
    connect(script, {})->read_blob(model, digest, {0, whole.size()}, take, {});
    CHECK(got == whole);
    CHECK(largest <= 256 << 10);
    const auto drop = [](std::string_view) { return http::Flow::drop; };
    CHECK_NOTHROW(connect(script, {})->read_blob(model, digest, {0, whole.size()}, drop, {}));
}

TEST_CASE("on the wire: connections are used again, a cut one is told, an endless one is left") {
    enum class How { exact, cut, endless };
    std::atomic<How> how = How::exact;
    RawServer server([&](RawServer::Connection& connection) {
        while (!connection.read_request().empty()) {
            const std::string head = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4-6/10\r\n";
            if (how != How::endless) connection.send(head + "Content-Length: 3\r\n\r\n");
            if (how == How::endless) connection.send(head + "\r\n");
            connection.send(how == How::cut ? "4" : "456");
            if (how == How::cut) return;
        }
    });
    const auto client = http::make_client({.user_agent = "test"});
    const ModelName here = ModelName::parse(server.url().authority() + "/team/m");
    const Options options{.public_registry = {}, .plain_http_hosts = {server.url().authority()}, .credentials = {}};
    const auto registry = connect(*client, options);
    const auto read_here = [&] {
        std::string got;
        registry->read_blob(here, digest, {4, 3},
                            [&](std::string_view bytes) {
                                got += bytes;
                                return http::Flow::go_on;
                            },
                            {});
        return got;
    };
    CHECK(read_here() == "456");
    CHECK(read_here() == "456");
    CHECK(server.connections() == 1);
    how = How::endless;
    CHECK(read_here() == "456");
    how = How::cut;
    CHECK(error_of(read_here).kind() == Kind::unreachable);
}

TEST_CASE("the second part is asked for where the first one was found, until that address is good no more") {
    std::atomic<bool> expired{false};
    Site site([&](const http::Request& request) {
        if (request.url.host == "registry.corp")
            return reply(307, "", {{"Location", std::string("https://cdn.example/") + (expired ? "new" : "old")}});
        if (expired && request.url.path == "/old") return reply(403, "Request has expired");
        return header(request, "Range") == "bytes=0-3" ? part("0123", "bytes 0-3/10") : part("456", "bytes 4-6/10");
    });
    const auto registry = connect(site, {});
    std::string got;
    const auto take = [&](std::string_view bytes) {
        got += bytes;
        return http::Flow::go_on;
    };
    const auto asked = [&] {
        std::vector<std::string> texts;
        for (const http::Request& request : site.requests())
            texts.push_back(request.url.host + request.url.path.substr(0, 4));
        return texts;
    };
    registry->read_blob(model, digest, {0, 4}, take, {});
    registry->read_blob(model, digest, {4, 3}, take, {});
    const std::vector<std::string> two{"registry.corp/v2/", "cdn.example/old", "cdn.example/old"};
    CHECK(asked() == two);
    expired = true;
    registry->read_blob(model, digest, {0, 4}, take, {});
    CHECK(asked().size() == 6); // there, anew, and where that leads
    CHECK(asked().back() == "cdn.example/new");
    CHECK(got == "01234560123");
}

TEST_CASE("an address that broke off is not asked again before the registry is") {
    std::atomic<int> calls{0};
    Site site([&](const http::Request& request) {
        if (request.url.host == "registry.corp") return reply(307, "", {{"Location", "https://cdn.example/x"}});
        if (++calls == 2) throw Error(Kind::unreachable, "the connection was cut");
        return part("0123", "bytes 0-3/10");
    });
    const auto registry = connect(site, {});
    const auto read_part = [&] {
        registry->read_blob(model, digest, {0, 4}, [](std::string_view) { return http::Flow::go_on; }, {});
    };
    read_part();
    CHECK(error_of(read_part).kind() == Kind::unreachable);
    read_part();
    REQUIRE(site.requests().size() == 5);
    CHECK(site.requests()[3].url.host == "registry.corp");
}
