#include "registry/url_reference.hpp"
#include "support/catch.hpp"

#include "codemate/base/error.hpp"

using namespace codemate;
using namespace codemate::registry;

TEST_CASE("references against the address that they stand in") {
    struct Row {
        std::string reference, expected;
    };
    const http::Url from = absolute_url("https://r.example/v2/a/b/blobs/x?y=/z", "r");
    const std::vector<Row> rows = {
        {"https://cdn.example/p//q?X-Sig=a%2Fb&c=http://d", "https://cdn.example:443/p//q?X-Sig=a%2Fb&c=http://d"},
        {"HTTP://CDN.example:81", "http://cdn.example:81"},
        {"//cdn.example/p", "https://cdn.example:443/p"},
        {"/p/../q?r", "https://r.example:443/p/../q?r"},
        {"/p:q", "https://r.example:443/p:q"},
        {"?r=1", "https://r.example:443/v2/a/b/blobs/x?r=1"},
        {"z", "https://r.example:443/v2/a/b/blobs/z"},
        {"/p#fragment", "https://r.example:443/p"},
        {"https://cdn.example?q", "https://cdn.example:443/?q"},
        {"/", "https://r.example:443"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.reference);
        CHECK(resolve(from, row.reference, "r").text() == row.expected);
    }
}

TEST_CASE("what is no address is refused and not repeated") {
    const http::Url from = http::Url::parse("https://r.example");
    for (const std::string reference :
         {"", "ftp://secret/", "file:///secret", "javascript:secret", "https://user:secret@h/", "https:///secret",
          "https://h:99999/secret", "/a secret", "/a\nsecret", "/\xc3\xa4secret", "https://h secret/", "http:secret"}) {
        CAPTURE(reference);
        try {
            resolve(from, reference, "r.example");
            FAIL_CHECK("taken");
        } catch (const Error& error) {
            CHECK(error.kind() == Kind::protocol);
            CHECK(error.message().find("secret") == std::string::npos);
        }
    }
    CHECK_THROWS_AS(absolute_url("/token", "r"), Error);
    CHECK_THROWS_AS(absolute_url("", "r"), Error);
}

TEST_CASE("parameters") {
    http::Url url = http::Url::parse("https://a");
    url = with_parameter(url, "service", "a b&c=d/\xc3\xa4");
    CHECK(url.text() == "https://a:443/?service=a%20b%26c%3Dd%2F%C3%A4");
    url = with_parameter(url, "scope", "x:y.z_-~");
    CHECK(url.text() == "https://a:443/?service=a%20b%26c%3Dd%2F%C3%A4&scope=x%3Ay.z_-~");
}
