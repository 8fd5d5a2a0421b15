#include "ollama/netrc.hpp"
#include "support/catch.hpp"

#include "codemate/base/base64.hpp"
#include "codemate/base/error.hpp"
#include "codemate/ollama/access.hpp"

using namespace codemate;
using ollama::authorization;
using ollama::Login;
using ollama::netrc_login;

namespace {

const http::Url secure = http::Url::parse("https://gpu.lan:11434/ollama");

std::string no_netrc() {
    return {};
}

} // namespace

TEST_CASE("a server is told who one is over TLS only") {
    struct Row {
        std::string endpoint, key, netrc, header;
    };
    const std::string bob = "machine gpu.lan login bob password s3cret";
    const std::string basic = "Basic " + to_base64("bob:s3cret");
    const Row row = GENERATE_COPY(
        Row{"https://gpu.lan", "key-1", "", "Bearer key-1"}, Row{"https://gpu.lan", " key-1\n", "", "Bearer key-1"},
        Row{"https://gpu.lan", "key-1", bob, "Bearer key-1"}, Row{"https://gpu.lan:11434", "", bob, basic},
        Row{"https://GPU.lan", "", bob, basic}, Row{"https://gpu.lan", "", "", ""},
        Row{"https://other.lan", "", bob, ""}, Row{"https://x.gpu.lan", "", bob, ""},
        Row{"http://gpu.lan", "key-1", bob, ""}, Row{"http://127.0.0.1:11434", "key-1", bob, ""},
        Row{"http://localhost", "", "machine localhost login bob password s3cret", ""});
    CHECK(authorization(http::Url::parse(row.endpoint), row.key, [&] { return row.netrc; }) == row.header);
}

TEST_CASE("the .netrc is read only where it matters") {
    const auto must_not = []() -> std::string { throw std::logic_error("it was read"); };
    CHECK_NOTHROW(authorization(secure, "key", must_not));
    CHECK_NOTHROW(authorization(http::Url::parse("http://gpu.lan"), "", must_not));
    CHECK_THROWS_AS(authorization(secure, "", must_not), std::logic_error);
}

TEST_CASE("a key that no header can carry is refused and not shown") {
    for (const char* key : {"a b", "a\nX-Evil: 1", "\xc3\xa4", "a\x7f"}) {
        try {
            authorization(secure, key, no_netrc);
            FAIL_CHECK("it was taken");
        } catch (const Error& error) {
            CHECK(error.kind() == Kind::usage);
            CHECK((error.message() + error.hint()).find(key) == std::string::npos);
        }
    }
}

TEST_CASE("a .netrc is read as curl does it, but for default") {
    struct Row {
        std::string text;
        std::optional<Login> login;
    };
    const Login bob{"bob", "s3cret"};
    const Row row = GENERATE_COPY(
        Row{"machine h login bob password s3cret", bob}, Row{"machine h\n\tlogin bob\r\n\tpassword s3cret\r\n", bob},
        Row{"machine other login x password y\nmachine h login bob password s3cret\nmachine z login q password r", bob},
        Row{"machine h login bob password s3cret machine h login x password y", bob},
        Row{"machine h machine h login bob password s3cret", bob}, Row{"machine H login bob password s3cret", bob},
        Row{"# machine h login x password y\nmachine h login bob password s3cret # z", bob},
        Row{"machine h login bob account acme password s3cret", bob},
        Row{"machine h login \"bob\" password \"s3\\\"c r#et\"", Login{"bob", "s3\"c r#et"}},
        Row{"macdef init\nmachine h login x password y\n\nmachine h login bob password s3cret", bob},
        Row{"machine h login bob", Login{"bob", ""}}, Row{"default login bob password s3cret", {}},
        Row{"machine h password s3cret default login x password y", {}}, Row{"machine h password s3cret", {}},
        Row{"machine", {}}, Row{"machine h login", {}}, Row{"login bob password s3cret", {}}, Row{"", {}},
        Row{"machine h.org login bob password s3cret", {}}, Row{"macdef x", {}}, Row{"\"machine", {}});
    INFO(row.text);
    CHECK(netrc_login(row.text, "h") == row.login);
}
