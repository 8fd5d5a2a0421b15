#include "registry/hosts.hpp"
#include "support/catch.hpp"

#include "codemate/base/error.hpp"
#include "codemate/model/mirror.hpp"

using namespace codemate;
using namespace codemate::registry;

TEST_CASE("where a model's registry is") {
    struct Row {
        std::string model, expected;
    };
    Options options;
    options.plain_http_hosts = {"127.0.0.1:5000", "Registry.Corp", "other.corp:80"};
    const std::vector<Row> rows = {
        {"mistral", "https://registry.ollama.ai:443"},
        {"REGISTRY.OLLAMA.AI/library/mistral", "https://registry.ollama.ai:443"},
        {"hf.co/owner/repo:Q4", "https://hf.co:443"},
        {"127.0.0.1:5000/a/b", "http://127.0.0.1:5000"},
        {"127.0.0.1:5001/a/b", "https://127.0.0.1:5001"},
        {"registry.corp/a/b", "http://registry.corp:80"},
        {"registry.corp:80/a/b", "http://registry.corp:80"},
        {"registry.corp:443/a/b", "https://registry.corp:443"},
        {"registry.corp.evil/a/b", "https://registry.corp.evil:443"},
        {"other.corp/a/b", "http://other.corp:80"},
        {"localhost/a/b", "https://localhost:443"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.model);
        CHECK(address_of(ModelName::parse(row.model), options).text() == row.expected);
    }
    // A place at a mirror with a path, as Mirror::place_of() names it.
    const auto at_mirror = [&](const char* url) {
        return Mirror::parse(url)->place_of(ModelName::parse("hf.co/owner/repo"));
    };
    CHECK(address_of(at_mirror("https://lan:5000/team/models"), options).text() == "https://lan:5000");
    CHECK(address_of(at_mirror("http://registry.corp/models"), options).text() == "http://registry.corp:80");
    CHECK(repository_of(at_mirror("https://lan:5000/team/models"), options) == "team/models/owner/repo");
    CHECK(repository_of(ModelName::parse("lan:5000/team/models"), options) == "team/models");

    options.public_registry = http::Url::parse("http://127.0.0.1:9/mirror");
    CHECK(address_of(ModelName::parse("mistral"), options).text() == "http://127.0.0.1:9/mirror");
    CHECK(address_of(ModelName::parse("hf.co/a/b"), options).text() == "https://hf.co:443");
    CHECK(repository_of(ModelName::parse("hf.co/a/b"), options) == "a/b");
}

TEST_CASE("one registry stands in for every host, at a path") {
    for (const auto* url : {"http://lan:5000", "http://lan:5000/", "http://lan:5000/team/models"}) {
        const Options options{.public_registry = http::Url::parse("https://other"),
                              .everything_at = http::Url::parse(url),
                              .plain_http_hosts = {"registry.corp"}};
        for (const auto* name : {"mistral", "registry.corp/library/mistral", "hf.co/library/mistral:Q4"}) {
            CHECK(address_of(ModelName::parse(name), options).text() == "http://lan:5000");
            CHECK(repository_of(ModelName::parse(name), options) ==
                  (options.everything_at->path.empty() ? "" : "team/models/") + std::string("library/mistral"));
        }
    }
}

TEST_CASE("a path that cannot begin a repository's name is refused") {
    const auto fits = [](const std::string& path) {
        try {
            check_stand_in(http::Url::parse("https://registry.corp" + path));
        } catch (const Error& error) {
            CHECK(error.kind() == Kind::usage);
            return false;
        }
        return true;
    };
    for (const auto* path : {"", "/", "/models", "/a/b-c_d.e/9"})
        CHECK(fits(path));
    for (const auto* path : {"/Models", "/a b", "/a/../b", "/.x", "/%2e", "/a:b", "/a@b", "/\xc3\xa4"})
        CHECK_FALSE(fits(path));
}

TEST_CASE("which host is meant") {
    struct Row {
        std::string written, host;
        bool means;
    };
    const std::vector<Row> rows = {
        {"registry.corp", "registry.corp:443", true},
        {"registry.corp", "registry.corp:80", true},
        {"registry.corp", "registry.corp:5000", false},
        {"registry.corp:5000", "registry.corp:5000", true},
        {"registry.corp:5000", "registry.corp:443", false},
        {"REGISTRY.corp", "registry.CORP:443", true},
        {"https://registry.corp", "registry.corp:443", true},
        {"https://registry.corp/v2/", "registry.corp:443", true},
        {"https://registry.corp", "registry.corp:80", false},
        {"http://registry.corp", "registry.corp:80", true},
        {"http://registry.corp:5000/v1/", "registry.corp:5000", true},
        {"registry.corp/path", "registry.corp:443", true},
        {"registry.corp", "registry.corp", true},
        {"registry.corp:443", "registry.corp", true},
        {"https://index.docker.io/v1/", "registry-1.docker.io:443", true},
        {"https://index.docker.io/v1/", "docker.io:443", true},
        {"https://index.docker.io/v1/", "auth.docker.io:443", false},
        {"corp", "registry.corp:443", false},
        {"registry.corp", "registry.corp.evil:443", false},
        {"registry.corp", "evil-registry.corp:443", false},
        {"[::1]:5000", "[::1]:5000", true},
        {"[::1]", "[::1]:443", true},
        {"", "registry.corp:443", false},
        {"https://", "registry.corp:443", false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.written, row.host);
        CHECK(means_host(row.written, row.host) == row.means);
    }
}

TEST_CASE("hosts of the same people") {
    struct Row {
        std::string a, b;
        bool same;
    };
    const std::vector<Row> rows = {
        {"registry.corp.example", "registry.corp.example", true},
        {"registry-1.docker.io", "auth.docker.io", true},
        {"registry.gitlab.com", "gitlab.com", true},
        {"registry.corp.co.uk", "auth.corp.co.uk", true},
        {"registry.corp.co.uk", "auth.evil.co.uk", false},
        {"registry.corp.example", "corp.evil", false},
        {"corp.example", "corp.example.evil.net", false},
        {"localhost", "localhost", true},
        {"registry", "auth", false},
        {"10.0.0.1", "11.0.0.1", false},
        {"127.0.0.1", "127.0.0.1", true},
        {"127.0.0.1", "localhost", false},
        {"::1", "::2", false},
        {"a.b", "A.B", true},
        {"", "x.y", false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.a, row.b);
        CHECK(related(row.a, row.b) == row.same);
        CHECK(related(row.b, row.a) == row.same);
    }
}

TEST_CASE("an origin has three parts") {
    const auto url = [](const char* text) { return http::Url::parse(text); };
    CHECK(same_origin(url("https://a/x"), url("https://A:443/y")));
    CHECK_FALSE(same_origin(url("https://a"), url("http://a:443")));
    CHECK_FALSE(same_origin(url("https://a"), url("https://a:444")));
    CHECK_FALSE(same_origin(url("https://a"), url("https://a.b")));
    CHECK(shown(url("https://a")) == "a");
    CHECK(shown(url("http://a:443")) == "a:443");
    CHECK(shown(url("http://127.0.0.1:5000/x")) == "127.0.0.1:5000");
}
