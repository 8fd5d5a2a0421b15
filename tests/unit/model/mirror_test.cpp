#include "support/catch.hpp"

#include "codemate/model/mirror.hpp"

#include <string>
#include <vector>

using namespace codemate;

TEST_CASE("what is a mirror") {
    struct Row {
        std::string url, host, path;
        bool plain;
    };
    const std::vector<Row> rows = {
        {"https://registry.corp", "registry.corp", "", false},
        {"https://registry.corp/", "registry.corp", "", false},
        {"http://registry.lan:5000", "registry.lan:5000", "", true},
        {"https://registry.corp/models", "registry.corp", "models", false},
        {"http://lan:5000/team/a-b_c.d/9/", "lan:5000", "team/a-b_c.d/9", true},
    };
    for (const Row& row : rows) {
        CAPTURE(row.url);
        const auto mirror = Mirror::parse(row.url);
        REQUIRE(mirror);
        CHECK(mirror->host == row.host);
        CHECK(mirror->path == row.path);
        CHECK(mirror->plain_http == row.plain);
    }
    for (const auto* url : {"", "registry.lan:5000", "ftp://c", "http://", "http:///models", "http://u@h", "http://h//",
                            "http://h/a//b", "http://h/Models", "http://h/a b", "http://h/../a", "http://h/.a",
                            "http://h/a?b", "http://h/%61", "http://h/a:b", "http://h:1:a", "http://h:/a"}) {
        CAPTURE(url);
        CHECK_FALSE(Mirror::parse(url));
    }
}

TEST_CASE("the place of a model at a mirror") {
    struct Row {
        std::string url, model, full, shown;
    };
    const std::vector<Row> rows = {
        {"https://registry.corp", "mistral", "registry.corp/library/mistral:latest",
         "registry.corp/library/mistral:latest"},
        {"http://lan:5000/", "hf.co/a/b:Q4", "lan:5000/a/b:Q4", "lan:5000/a/b:Q4"},
        {"https://registry.corp/models", "mistral", "registry.corp:443:models/library/mistral:latest",
         "registry.corp/models/library/mistral:latest"},
        {"http://registry.corp/m", "mistral", "registry.corp:80:m/library/mistral:latest",
         "registry.corp/m/library/mistral:latest"},
        {"https://lan:5000/a/b.c", "x/y:1", "lan:5000:a:b.c/x/y:1", "lan:5000/a/b.c/x/y:1"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.url, row.model);
        const auto mirror = Mirror::parse(row.url);
        REQUIRE(mirror);
        const ModelName place = mirror->place_of(ModelName::parse(row.model));
        CHECK(place.full() == row.full);
        CHECK(shown_name(place) == row.shown);
        CHECK(ModelName::parse(place.full()) == place); // it survives a file
        const auto back = mirrored(place);
        REQUIRE(back.has_value() == !mirror->path.empty());
        if (back) CHECK(back->path == mirror->path);
    }
}

TEST_CASE("a model of a host is no place below a path of it") {
    for (const auto* name : {"mistral", "registry.corp/models/mistral", "lan:5000/library/mistral", "x:y/a/b"}) {
        CAPTURE(name);
        CHECK_FALSE(mirrored(ModelName::parse(name)));
        CHECK(shown_name(ModelName::parse(name)) == ModelName::parse(name).display());
        CHECK(shown_host(ModelName::parse(name)) == ModelName::parse(name).host());
    }
}
