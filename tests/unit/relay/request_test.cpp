#include "relay/request.hpp"
#include "support/catch.hpp"

#include <string>

using namespace codemate;
using namespace codemate::relay;
using registry::ByteRange;

TEST_CASE("what of a request is of interest") {
    const auto request = parse_request("GET /v2/a HTTP/1.1\r\nHost: x:1\r\nUser-Agent: Go-http-client/1.1\r\n"
                                       "Range: bytes=0-9\r\nContent-Length: 0");
    REQUIRE(request);
    CHECK(request->method == Request::Method::get);
    CHECK(request->path == "/v2/a");
    CHECK(request->range == "bytes=0-9");
    CHECK(request->then == Request::Then::keep_open);
    CHECK_FALSE(request->by_transfer_client);
    CHECK(parse_request("HEAD / HTTP/1.1")->method == Request::Method::head);
    CHECK(parse_request("GET / HTTP/1.1\r\nconnection: Close")->then == Request::Then::close);
    CHECK(parse_request("GET / HTTP/1.0\r\nHost: x")->then == Request::Then::close);
    CHECK(parse_request("GET / HTTP/1.1\r\nUser-Agent: ollama-transfer/1.0")->by_transfer_client);
    CHECK(parse_request("GET / HTTP/1.1\r\nRange: bytes=0-1\r\nRange: bytes=3-4")->range == "bytes=0-1,bytes=3-4");
}

TEST_CASE("what is asked for by nobody who pulls") {
    for (const std::string head :
         {"", "GET", "GET /", "GET / HTTP/2.0", "GET / HTTP/1.1 ", "POST / HTTP/1.1", "get / HTTP/1.1",
          "GET x HTTP/1.1", "GET http://x/ HTTP/1.1", "PUT /v2/a HTTP/1.1", "GET / HTTP/1.1\r\nContent-Length: 1",
          "GET / HTTP/1.1\r\nContent-Length: -1", "GET / HTTP/1.1\r\nTransfer-Encoding: chunked",
          "GET / HTTP/1.1\r\nno header", "GET / HTTP/1.1\r\n: x", "GET / HTTP/1.1\r\nHost : x",
          "GET / HTTP/1.1\r\nA: b\r\n folded", "GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02"}) {
        CAPTURE(head);
        CHECK_FALSE(parse_request(head));
    }
}

TEST_CASE("ranges") {
    const auto part = [](const char* header) { return parse_range(header, 100); };
    CHECK(part("bytes=0-0") == ByteRange{0, 1});
    CHECK(part("bytes=10-19") == ByteRange{10, 10});
    CHECK(part("bytes=99-99") == ByteRange{99, 1});
    CHECK(part("bytes=90-1000") == ByteRange{90, 10});
    CHECK(part("bytes=0-18446744073709551615") == ByteRange{0, 100});
    CHECK(part("bytes=40-") == ByteRange{40, 60});
    CHECK(part("bytes=-30") == ByteRange{70, 30});
    CHECK(part("bytes=-1000") == ByteRange{0, 100});
    for (const auto* header :
         {"bytes=100-", "bytes=100-100", "bytes=5-4", "bytes=-0", "bytes=-", "bytes=", "bytes=0-1,3-4", "bytes=0-1,",
          "bytes=a-b", "bytes=+1-2", "bytes= 0-1", "bytes=0--1", "bytes=0-0x10", "lines=0-1", "0-1", "",
          "bytes=18446744073709551616-", "bytes=0-18446744073709551616", "bytes=-18446744073709551616"}) {
        CAPTURE(header);
        CHECK_FALSE(part(header));
    }
    CHECK_FALSE(parse_range("bytes=0-", 0));
    CHECK_FALSE(parse_range("bytes=-1", 0));
    CHECK(parse_range("bytes=18446744073709551610-", UINT64_MAX) == ByteRange{18446744073709551610U, 5});
}
