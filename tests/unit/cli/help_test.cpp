#include "cli/help.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

#include "codemate/base/text.hpp"

using namespace codemate;

TEST_CASE("docs/cli.md is what the declarations say") {
    CHECK(test::file_difference("docs/cli.md", cli::reference()) == "");
}

TEST_CASE("help fits a terminal and names every command") {
    std::vector<std::string> texts{cli::help_text()};
    for (const cli::CommandInfo& info : cli::commands()) {
        CHECK(texts.front().find("\n  " + info.name + " ") != std::string::npos);
        texts.push_back(cli::help_text(info));
        CHECK_FALSE(info.examples.empty());
    }
    for (const std::string& text : texts) {
        for (const std::string_view line : split(text, '\n'))
            CHECK(display_width(line) <= 100);
    }
}

TEST_CASE("help of the program") {
    CHECK(test::golden_difference("help.txt", cli::help_text()) == "");
}
