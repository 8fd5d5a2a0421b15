#include "http/failure.hpp"
#include "support/catch.hpp"

#include "codemate/http/obstacle.hpp"

#include <cerrno>

using namespace codemate;
using namespace codemate::http;

namespace {

Request request_to(std::string_view url) {
    Request request;
    request.url = Url::parse(url);
    return request;
}

const Request local = request_to("http://127.0.0.1:11434/api/pull");
const Request remote = request_to("https://ollama.example/api");

} // namespace

TEST_CASE("failures of libcurl become kinds and clear messages") {
    struct Row {
        Failure failed;
        Kind kind;
        std::string message;
    };
    const auto row = GENERATE(values<Row>({
        {{.code = CURLE_COULDNT_CONNECT,
          .request = local,
          .os_error = ECONNREFUSED,
          .text = "Failed to connect to 127.0.0.1 port 11434 after 0 ms: Couldn't connect to server"},
         Kind::unreachable,
         "nothing is listening on http://127.0.0.1:11434"},
        {{.code = CURLE_COULDNT_CONNECT,
          .request = remote,
          .os_error = EHOSTUNREACH,
          .text = "Failed to connect to ollama.example port 443 after 0 ms: Couldn't connect to server"},
         Kind::unreachable,
         "cannot reach https://ollama.example:443: No route to host"},
        {{.code = CURLE_COULDNT_CONNECT,
          .request = remote,
          .os_error = ECONNREFUSED,
          .text = "Failed to connect to proxy.lan port 3128 after 1 ms: Couldn't connect to server"},
         Kind::unreachable,
         "cannot reach the proxy proxy.lan:3128 on the way to https://ollama.example:443: Connection refused"},
        {{.code = CURLE_COULDNT_CONNECT,
          .request = remote,
          .text = "Failed to connect to proxy.lan port 443 after 1 ms: Couldn't connect to server"},
         Kind::unreachable,
         "cannot reach the proxy proxy.lan:443 on the way to https://ollama.example:443: Failed to connect to "
         "proxy.lan "
         "port 443: Couldn't connect to server"},
        {{.code = CURLE_COULDNT_RESOLVE_HOST, .request = remote},
         Kind::unreachable,
         "cannot find the host 'ollama.example'"},
        {{.code = CURLE_COULDNT_RESOLVE_PROXY, .request = remote, .text = "Could not resolve proxy: p"},
         Kind::unreachable,
         "cannot find the proxy for https://ollama.example:443: Could not resolve proxy: p"},
        {{.code = CURLE_OPERATION_TIMEDOUT, .request = local},
         Kind::unreachable,
         "no connection to http://127.0.0.1:11434 within 10s"},
        {{.code = CURLE_GOT_NOTHING, .request = local, .connected = true},
         Kind::unreachable,
         "http://127.0.0.1:11434 closed the connection without an answer"},
        {{.code = CURLE_RECV_ERROR, .request = local, .connected = true, .answered = true, .received = ByteCount(1)},
         Kind::unreachable,
         "the connection to http://127.0.0.1:11434 was cut after 1 byte"},
        {{.code = CURLE_PARTIAL_FILE, .request = local, .connected = true, .answered = true, .received = ByteCount(12)},
         Kind::unreachable,
         "the connection to http://127.0.0.1:11434 was cut after 12 bytes"},
        {{.code = CURLE_PEER_FAILED_VERIFICATION, .request = remote, .text = "self-signed certificate"},
         Kind::protocol,
         "the certificate of https://ollama.example:443 is not trusted: self-signed certificate"},
        {{.code = CURLE_SSL_CONNECT_ERROR, .request = remote, .text = "wrong version number"},
         Kind::protocol,
         "no secure connection to https://ollama.example:443: wrong version number"},
        {{.code = CURLE_UNSUPPORTED_PROTOCOL, .request = local, .text = "Received HTTP/0.9 when not allowed"},
         Kind::protocol,
         "the answer of http://127.0.0.1:11434 is not HTTP: Received HTTP/0.9 when not allowed"},
        {{.code = CURLE_URL_MALFORMAT, .request = local},
         Kind::defect,
         "libcurl refuses the request to http://127.0.0.1:11434: "
         "URL using bad/illegal format or missing URL"},
    }));
    const Error error = failure(row.failed);
    CHECK(error.message() == row.message);
    CHECK(error.kind() == row.kind);
}

TEST_CASE("only who was not reached is left to the caller's hint") {
    const auto hint = [](Failure failed) { return failure(failed).hint(); };
    CHECK(hint({.code = CURLE_COULDNT_CONNECT, .request = local, .os_error = ECONNREFUSED}).empty());
    CHECK(hint({.code = CURLE_COULDNT_RESOLVE_HOST, .request = remote}).empty());
    CHECK(hint({.code = CURLE_OPERATION_TIMEDOUT, .request = local}).empty());
    CHECK(hint({.code = CURLE_OPERATION_TIMEDOUT, .request = local, .connected = true}).find("busy") !=
          std::string::npos);
    for (const CURLcode code : {CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE}) {
        CHECK(hint({.code = code, .request = local, .connected = true}).starts_with("run the command again"));
        CHECK(hint({.code = code, .request = local, .connected = true, .answered = true, .received = ByteCount(9)})
                  .starts_with("run the command again"));
    }
}

TEST_CASE("who was not reached on the way") {
    const auto obstacle = [](Failure failed) { return obstacle_of(failure(failed)); };
    const std::string_view to_proxy = "Failed to connect to p port 3128 after 1 ms: Couldn't connect to server";
    const Failure dead{.code = CURLE_COULDNT_CONNECT, .request = remote, .os_error = ECONNREFUSED, .text = to_proxy};
    CHECK(obstacle(dead) == Obstacle::proxy);
    CHECK(failure(dead).hint().find("unset https_proxy") != std::string::npos);
    CHECK(failure(dead).hint().find("NO_PROXY=ollama.example") != std::string::npos);
    CHECK(obstacle({.code = CURLE_COULDNT_RESOLVE_PROXY, .request = remote}) == Obstacle::proxy);
    CHECK(obstacle({.code = CURLE_COULDNT_RESOLVE_HOST, .request = remote}) == Obstacle::name);
    CHECK(obstacle({.code = CURLE_COULDNT_CONNECT, .request = local, .os_error = ECONNREFUSED}) ==
          Obstacle::connection);
    CHECK(obstacle({.code = CURLE_COULDNT_CONNECT, .request = remote}) == Obstacle::connection);
    CHECK(obstacle({.code = CURLE_OPERATION_TIMEDOUT, .request = local}) == Obstacle::connection);
    CHECK(obstacle({.code = CURLE_OPERATION_TIMEDOUT, .request = local, .connected = true}) == Obstacle::none);
    CHECK(obstacle({.code = CURLE_GOT_NOTHING, .request = local, .connected = true}) == Obstacle::hangs_up);
}

TEST_CASE("what to do about a certificate depends on what is wrong with it") {
    const auto hint = [](std::string_view text) {
        return failure({.code = CURLE_PEER_FAILED_VERIFICATION, .request = remote, .text = text}).hint();
    };
    CHECK(hint("SSL certificate problem: self-signed certificate").find("SSL_CERT_FILE") != std::string::npos);
    CHECK(hint("SSL certificate problem: unable to get local issuer certificate").find("SSL_CERT_FILE") !=
          std::string::npos);
    CHECK(hint("SSL: no alternative certificate subject name matches target host name '10.0.0.2'")
              .find("one of the names in the certificate") != std::string::npos);
    CHECK(hint("SSL certificate problem: certificate has expired").find("clock") != std::string::npos);
    CHECK(hint("SSL certificate problem: certificate is not yet valid").find("clock") != std::string::npos);
}

TEST_CASE("a time-out says what it waited for") {
    Request request = local;
    request.timeout = std::chrono::seconds(5);
    CHECK(failure({.code = CURLE_OPERATION_TIMEDOUT, .request = request, .connected = true}).message() ==
          "http://127.0.0.1:11434 did not answer within 5.0s");
    CHECK(failure({.code = CURLE_OPERATION_TIMEDOUT, .request = request, .connected = true, .answered = true})
              .message() == "http://127.0.0.1:11434 did not answer in full within 5.0s");
}

TEST_CASE("what libcurl says is made fit for a terminal") {
    const Error error = failure({.code = CURLE_SSL_CONNECT_ERROR, .request = remote, .text = "bad \x1b[31m"});
    CHECK(error.message().find('\x1b') == std::string::npos);
}
