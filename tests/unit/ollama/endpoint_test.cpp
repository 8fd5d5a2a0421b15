#include "support/catch.hpp"

#include "codemate/base/error.hpp"
#include "codemate/ollama/endpoint.hpp"

using codemate::Error;
using codemate::Kind;
using codemate::ollama::endpoint;
using codemate::ollama::other_port;

TEST_CASE("OLLAMA_HOST means what it means to Ollama") {
    struct Row {
        std::string value, url;
    };
    const auto row = GENERATE(values<Row>({
        // envconfig/config_test.go, and what its algorithm makes of further values
        {"", "http://127.0.0.1:11434"},
        {"1.2.3.4", "http://1.2.3.4:11434"},
        {":1234", "http://127.0.0.1:1234"},
        {"1.2.3.4:1234", "http://1.2.3.4:1234"},
        {"example.com", "http://example.com:11434"},
        {"example.com:1234", "http://example.com:1234"},
        {"http://1.2.3.4", "http://1.2.3.4:80"},
        {"http://example.com:1234", "http://example.com:1234"},
        {"https://1.2.3.4", "https://1.2.3.4:443"},
        {"https://1.2.3.4:1234", "https://1.2.3.4:1234"},
        {"https://example.com/ollama", "https://example.com:443/ollama"},
        {"https://host/a/b/", "https://host:443/a/b"},
        {"https://host//a//b", "https://host:443/a/b"},
        {"example.com:1234/a", "http://example.com:1234/a"},
        {"/foo", "http://127.0.0.1:11434/foo"},
        {"ollama.com", "https://ollama.com:443"},
        {"ollama.com:443", "http://ollama.com:443"},
        {"http://ollama.com", "http://ollama.com:80"},
        {"HTTP://h", "http://h:11434"},
        {"HTTPS://h", "https://h:11434"},
        {"http://", "http://127.0.0.1:80"},
        // white space and quotation marks
        {"  1.2.3.4:5 \t\n", "http://1.2.3.4:5"},
        {"\"1.2.3.4\"", "http://1.2.3.4:11434"},
        {"'1.2.3.4'", "http://1.2.3.4:11434"},
        {"\"'https://h:5'\"", "https://h:5"},
        {"' https://h:5 '", "https://h:5"},
        {"\"\"", "http://127.0.0.1:11434"},
        // IPv6
        {"::1", "http://[::1]:11434"},
        {"[::1]", "http://[::1]:11434"},
        {"[::1]:1337", "http://[::1]:1337"},
        {"http://[::1]", "http://[::1]:80"},
        {"http://[::1]/base", "http://[::1]:80/base"},
        {"2001:DB8::1", "http://[2001:db8::1]:11434"},
        {"fe80::1%eth0", "http://[fe80::1%25eth0]:11434"},
        {"[fe80::1%eth0]:5", "http://[fe80::1%25eth0]:5"},
        // addresses on which a server listens and at which none can be asked
        {"0.0.0.0", "http://127.0.0.1:11434"},
        {"0.0.0.0:5", "http://127.0.0.1:5"},
        {"http://0.0.0.0", "http://127.0.0.1:80"},
        {"::", "http://[::1]:11434"},
        {"[::]:5", "http://[::1]:5"},
        {"[0::0]", "http://[::1]:11434"},
        // ports that are none fall back
        {"localhost:", "http://localhost:11434"},
        {"host:http", "http://host:11434"},
        {"localhost:70000", "http://localhost:11434"},
        {":-1", "http://127.0.0.1:11434"},
        {"http://host:x", "http://host:80"},
        {"https://host:x", "https://host:443"},
        {"http://host:8080?x=1", "http://host:80"},
        {"host:0", "http://host:0"},
    }));
    CAPTURE(row.value);
    CHECK(endpoint(row.value).text() == row.url);
}

TEST_CASE("ports that are not what was written") {
    const auto other = [](std::string_view value) {
        const auto port = other_port(value);
        return port ? port->written + ">" + std::to_string(port->taken) + " " + port->instead : std::string();
    };
    CHECK(other("http://127.0.0.1:99999") == "99999>80 http://127.0.0.1:11434");
    CHECK(other("127.0.0.1:abc") == "abc>11434 127.0.0.1:11434");
    CHECK(other("https://x:abc/p") == "abc>443 https://x:11434/p");
    CHECK(other("http://0.0.0.0") == ">80 http://0.0.0.0:11434");
    CHECK(other("'http://[::1]/p'") == ">80 http://[::1]:11434/p");
    for (const char* sound :
         {"", "127.0.0.1", ":1234", "http://x:80", "https://x", "ollama.com", "::1", "x:", "http://a@b"})
        CHECK(other(sound).empty());
}

TEST_CASE("values of OLLAMA_HOST that no server can be asked at") {
    const std::string value = GENERATE(values<std::string>({
        "http://user:secret@host:99",
        "user:secret@host",
        "https://secret@host",
        "ftp://host",
        "tcp://1.2.3.4:5",
        "://host",
        "unix:///run/ollama.sock",
        "a b",
        "http://host?x=1",
        "host/a?x=1",
        "host/a b",
        "a:b:c",
        "[::1",
        "http://[host]",
    }));
    CAPTURE(value);
    try {
        endpoint(value);
        FAIL("was accepted");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::usage);
        CHECK(error.message().find("secret") == std::string::npos);
    }
}
