#include "cli/command.hpp"
#include "cli/man.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

using namespace codemate;

TEST_CASE("docs/man is what the declarations say") {
    std::set<std::string> files;
    for (const cli::ManualPage& page : cli::manual_pages()) {
        CHECK(test::file_difference("docs/man/" + page.file, page.text) == "");
        files.insert(page.file);
    }
    const auto aliases = std::count_if(cli::commands().begin(), cli::commands().end(),
                                       [](const cli::CommandInfo& info) { return !info.alias.empty(); });
    CHECK(files.size() == cli::commands().size() + static_cast<std::size_t>(aliases) + 1);
    std::set<std::string> there;
    for (const auto& entry : std::filesystem::directory_iterator(CODEMATE_SOURCE_DIR "/docs/man"))
        there.insert(entry.path().filename().string());
    CHECK(there == files);
}

TEST_CASE("text becomes roff that shows it letter for letter") {
    const std::string bold = "\\fB";
    for (const auto& [text, expected] : std::vector<std::pair<std::string, std::string>>{
             {"", ""},
             {"plain words", "plain words"},
             {"--sort KEY", "\\-\\-sort KEY"},
             {"a\\b", "a\\eb"},
             {"it's ~/x^", "it\\(aqs \\(ti/x\\(ha"},
             {".lock is a file", "\\&.lock is a file"},
             {"'quoted'", "\\(aqquoted\\(aq"},
             {"NAME… é 🦙", "NAME\\[u2026] \\[u00E9] \\[u1F999]"},
             {"run `codemate list` now", "run " + bold + "codemate list\\fR now"},
             {"one ` alone", "one \\(ga alone"},
         })
        CHECK(cli::roff(text) == expected);
}

TEST_CASE("long text is broken, and no line of it is a request") {
    std::string text;
    for (int i = 0; i < 60; ++i)
        text += (i == 0 ? ".x" : " .request");
    for (const std::string& page : {cli::roff(text)}) {
        for (const std::string_view line : split(page, '\n')) {
            CHECK(line.size() <= 80);
            CHECK_FALSE(line.starts_with("."));
        }
    }
}

TEST_CASE("a page has only the requests that the generator writes") {
    const std::set<std::string_view> requests{".TH", ".SH", ".SS", ".PP",   ".TP", ".nf",
                                              ".fi", ".nh", ".ad", ".\\\"", ".so"};
    for (const cli::ManualPage& page : cli::manual_pages()) {
        for (const std::string_view line : split(page.text, '\n')) {
            CHECK_FALSE(line.starts_with("'"));
            if (line.starts_with(".")) CHECK(requests.contains(line.substr(0, line.find(' '))));
            CHECK(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; }));
        }
    }
}
