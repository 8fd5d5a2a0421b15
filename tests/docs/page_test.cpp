#include "docs/page.hpp"
#include "support/catch.hpp"

#include <stdexcept>

using namespace codemate::test::docs;

TEST_CASE("a page is notes and blocks in their order") {
    const auto parts =
        read_page("<!-- world: a b -->\n# Title\n\n<!-- codemate:begin x -->\ntext\n\n<!-- file: a.json -->\n"
                  "```json\n{}\n```\n\n<!-- status: 3 -->\n<!-- figures vary -->\n\n```console\n$ x\ny\n```\n"
                  "<!-- picture: p.svg\n$ a\n-->\n");
    REQUIRE(parts.size() == 4);
    CHECK(std::get<Note>(parts[0]).name == "world");
    CHECK(std::get<Note>(parts[0]).value == "a b");
    const auto& file = std::get<Block>(parts[1]);
    CHECK(file.note("file") == "a.json");
    CHECK(file.text == std::vector<std::string>{"{}"});
    const auto& block = std::get<Block>(parts[2]);
    CHECK(block.language == "console");
    CHECK(block.line == 15);
    CHECK(block.note("status") == "3");
    CHECK(block.note("figures vary") == "");
    CHECK_FALSE(block.note("answer"));
    CHECK(std::get<Note>(parts[3]).value == "p.svg\n$ a");
}

TEST_CASE("a mistake in a page is told, so that no command goes unseen") {
    const std::string text = GENERATE("<!-- stauts: 3 -->\n```sh\nx\n```\n",       // no such comment
                                      "<!-- status: 3 -->\ntext\n```sh\nx\n```\n", // not directly before a block
                                      "<!-- not run: why -->\n",                   // no block at all
                                      "```sh\nx\n",                                // no end
                                      "<!-- meanwhile: x\n",                       // no end
                                      "```sh\nx\n```\n<!-- world: a -->\n");       // too late
    CHECK_THROWS_AS(read_page(text), std::runtime_error);
}

TEST_CASE("commands of a console have their output, and may go on in another line") {
    const auto shown = shown_commands({"$ a \\", "> b", "out", "$ c"}, 10);
    REQUIRE(shown.size() == 2);
    CHECK(shown[0].command == "a \\\nb");
    CHECK(shown[0].output == std::vector<std::string>{"out"});
    CHECK(shown[1].line == 13);
    CHECK_THROWS_AS(shown_commands({"out"}, 1), std::runtime_error);
}

TEST_CASE("of a block of commands each line is one, but for comments") {
    const auto plain = plain_commands({"# why", "a  # b", "", "c \\", "  d"}, 5);
    REQUIRE(plain.size() == 2);
    CHECK(plain[0].command == "a  # b");
    CHECK(plain[1].command == "c \\\n  d");
    CHECK(plain[1].line == 8);
}

TEST_CASE("code spans are those outside of blocks") {
    const auto spans = code_spans("a `b` and `c d`\n```\n`e`\n```\n`f`");
    REQUIRE(spans.size() == 3);
    CHECK(spans[1].text == "c d");
    CHECK(spans[2].line == 5);
}
