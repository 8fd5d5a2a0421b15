#include "registry/tags.hpp"
#include "support/catch.hpp"

using namespace codemate::registry;
using Texts = std::vector<std::string>;

TEST_CASE("lists of tags") {
    CHECK(parse_tags(R"({"name":"a/b","tags":["latest","7b"]})") == Texts{"7b", "latest"});
    CHECK(parse_tags(R"({"name":"a/b","tags":null})").empty());
    CHECK(parse_tags(R"({"name":"a/b"})").empty());
    CHECK(parse_tags(R"({"tags":["a",1,"",null]})") == Texts{"a"});
    CHECK(parse_tags(R"({"tags":[")" + std::string(129, 'x') + R"("]})").empty());
    CHECK(parse_tags("<html>").empty());
    CHECK(parse_tags("[]").empty());
    CHECK(parse_tags("").empty());
}

TEST_CASE("which tag was meant") {
    const Texts tags{"7b", "7b-instruct", "latest"};
    CHECK(tags_hint("7b-instrct", "mistral", tags) == "did you mean 'mistral:7b-instruct'?");
    CHECK(tags_hint("other", "mistral", tags) == "its tags: 7b, 7b-instruct, latest");
    CHECK(tags_hint("x", "mistral", {}).empty());
    const Texts many(20, "tag\x1b");
    CHECK(tags_hint("nothing-like-it", "m", many) ==
          "its tags: tag\\x1b, tag\\x1b, tag\\x1b, tag\\x1b, tag\\x1b, tag\\x1b, tag\\x1b, tag\\x1b, …");
}
