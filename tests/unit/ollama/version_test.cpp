#include "support/catch.hpp"

#include "codemate/ollama/version.hpp"

using namespace codemate;

TEST_CASE("server versions") {
    struct Row {
        const char* version;
        const char* requirement;
        std::optional<bool> fulfils;
    };
    const Row row = GENERATE(
        Row{"0.32.15", ">=0.21", true}, Row{"0.21.0", ">=0.21", true}, Row{"0.21", ">= 0.21.0", true},
        Row{"0.20.9", ">=0.21", false}, Row{"0.9", ">=0.21", false}, Row{"1.0", ">=0.21", true},
        Row{"0.21.0-rc1", ">=0.21", true}, Row{"0.32.15-sandbox", ">=0.21.1", true}, Row{"v0.33.0", ">=0.33", true},
        Row{"0.0.0", ">=0.21", std::nullopt}, Row{"0.0.0-dirty", ">=0.21", std::nullopt},
        Row{"main", ">=0.21", std::nullopt}, Row{"", ">=0.21", std::nullopt}, Row{"0.21.x", ">=0.21", std::nullopt});
    CAPTURE(row.version, row.requirement);
    CHECK(ollama::fulfils(row.version, row.requirement) == row.fulfils);
}

TEST_CASE("what a version lacks") {
    CHECK(ollama::lacks("0.32.15").empty());
    CHECK(ollama::lacks("0.32.2").empty());
    CHECK(ollama::lacks("0.24.0").size() == 2);
    CHECK(ollama::lacks("0.3.14").size() == 5);
    CHECK(ollama::lacks("0.20.7").front().find("restart") != std::string::npos);
    CHECK(ollama::lacks("0.0.0").empty()); // a development build
    CHECK(ollama::lacks("nightly").empty());
}
