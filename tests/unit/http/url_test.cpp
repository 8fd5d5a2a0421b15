#include "support/catch.hpp"

#include "codemate/base/error.hpp"
#include "codemate/http/url.hpp"

using codemate::Error;
using codemate::Kind;
using codemate::http::Url;

TEST_CASE("an address is taken apart") {
    struct Row {
        std::string text, scheme, host;
        std::uint16_t port;
        std::string path, normal;
    };
    const auto row = GENERATE(values<Row>({
        {"http://example.com", "http", "example.com", 80, "", "http://example.com:80"},
        {"https://example.com", "https", "example.com", 443, "", "https://example.com:443"},
        {"HTTPS://Example.COM:8443", "https", "example.com", 8443, "", "https://example.com:8443"},
        {"http://127.0.0.1:11434/", "http", "127.0.0.1", 11434, "", "http://127.0.0.1:11434"},
        {"http://h/a//b///", "http", "h", 80, "/a/b", "http://h:80/a/b"},
        {"http://h:1//", "http", "h", 1, "", "http://h:1"},
        {"http://h:65535/v1.0/~x%20y", "http", "h", 65535, "/v1.0/~x%20y", "http://h:65535/v1.0/~x%20y"},
        {"http://[::1]:11434/base", "http", "::1", 11434, "/base", "http://[::1]:11434/base"},
        {"http://[::1]", "http", "::1", 80, "", "http://[::1]:80"},
        {"https://[2001:DB8::7]", "https", "2001:db8::7", 443, "", "https://[2001:db8::7]:443"},
        {"http://[fe80::1%25eth0]:1", "http", "fe80::1%eth0", 1, "", "http://[fe80::1%25eth0]:1"},
        {"http://[fe80::1%eth0]:1", "http", "fe80::1%eth0", 1, "", "http://[fe80::1%25eth0]:1"},
        {"http://under_score.local", "http", "under_score.local", 80, "", "http://under_score.local:80"},
        {"http://xn--mller-kva.example", "http", "xn--mller-kva.example", 80, "", "http://xn--mller-kva.example:80"},
    }));
    CAPTURE(row.text);
    const Url url = Url::parse(row.text);
    CHECK(url.scheme == row.scheme);
    CHECK(url.host == row.host);
    CHECK(url.port == row.port);
    CHECK(url.path == row.path);
    CHECK(url.text() == row.normal);
    CHECK(Url::parse(url.text()) == url);
}

TEST_CASE("what is no address is refused") {
    const std::string text = GENERATE(values<std::string>({
        "",
        "example.com",
        "ftp://example.com",
        "://h",
        "http://",
        "http:///path",
        "http://:80",
        "http://h:",
        "http://h:0",
        "http://h:65536",
        "http://h:-1",
        "http://h:8o",
        "http://h:80:80",
        "http://::1",
        "http://[::1",
        "http://[::1]x",
        "http://[::1]:",
        "http://[1.2.3.4]",
        "http://[hello]",
        "http://[fe80::1%]",
        "http://[fe80::1%25]:x",
        "http://h/a?x=1",
        "http://h?x=1",
        "http://h#top",
        "http://a b",
        "http://h/a b",
        "http://h/\x01",
        "http://h\r\n",
        "http://h%41",
    }));
    CAPTURE(text);
    try {
        Url::parse(text);
        FAIL("was accepted");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::usage);
        CHECK_FALSE(error.hint().empty());
    }
}

TEST_CASE("user information is refused without being shown") {
    const std::string text = GENERATE(
        values<std::string>({"http://user:secret@h:99", "http://secret@h", "user:secret@h", "foo://u:secret@h"}));
    CAPTURE(text);
    try {
        Url::parse(text);
        FAIL("was accepted");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::usage);
        CHECK(error.message().find("secret") == std::string::npos);
        CHECK(error.message().find("password") != std::string::npos);
    }
}

TEST_CASE("loopback addresses") {
    struct Row {
        std::string host;
        bool loopback;
    };
    const auto row = GENERATE(values<Row>({
        {"localhost", true},
        {"LOCALHOST", true},
        {"localhost.", true},
        {"ollama.localhost", true},
        {"127.0.0.1", true},
        {"127.255.0.3", true},
        {"::1", true},
        {"0:0:0:0:0:0:0:1", true},
        {"::ffff:127.0.0.1", true},
        {"::ffff:127.9.9.9", true},
        {"::1%lo", true},
        {"::ffff:10.0.0.1", false},
        {"notlocalhost", false},
        {"localhost.lan", false},
        {"128.0.0.1", false},
        {"0.0.0.0", false},
        {"::", false},
        {"fe80::1%eth0", false},
        {"127.example.com", false},
        {"", false},
        {"host", false},
    }));
    CAPTURE(row.host);
    Url url;
    url.host = row.host;
    CHECK(url.is_loopback() == row.loopback);
}

TEST_CASE("authority as in the host of a model's name") {
    CHECK(Url::parse("http://127.0.0.1:5500/x").authority() == "127.0.0.1:5500");
    CHECK(Url::parse("https://h").authority() == "h:443");
    CHECK(Url::parse("http://[::1]:5500").authority() == "[::1]:5500");
}

TEST_CASE("a path is joined with exactly one slash and taken as it is") {
    const Url root = Url::parse("http://h:1");
    const Url base = Url::parse("http://h:1/base");
    CHECK((root / "api/tags").text() == "http://h:1/api/tags");
    CHECK((root / "/api/tags").text() == "http://h:1/api/tags");
    CHECK((base / "//api/tags").text() == "http://h:1/base/api/tags");
    CHECK((base / "v2/a:b/%7e/").text() == "http://h:1/base/v2/a:b/%7e/");
    CHECK((base / "").text() == "http://h:1/base");
    CHECK((base / "a" / "b").text() == "http://h:1/base/a/b");
}
