#include "cli/command.hpp"
#include "support/catch.hpp"

#include "codemate/base/text.hpp"
#include "codemate/lifecycle/docs.hpp"

#include <algorithm>
#include <set>

// What the generated document tells people to type can be typed.

using namespace codemate;

namespace {

std::string document() {
    const manifest::Origin origin{};
    const lifecycle::docs::Facts facts{manifest::parse(manifest::built_in_text(), origin).manifest,
                                       {},
                                       manifest::ReleasesFile(origin).load(),
                                       manifest::load_stated_speeds(origin)};
    return lifecycle::docs::compose(std::nullopt, lifecycle::docs::sections(facts)).text;
}

bool is_name(char letter) {
    return (letter >= 'a' && letter <= 'z') || letter == '-';
}

// "list" and "--available" of each "codemate list --available", up to a comment or the end of a command.
std::vector<std::vector<std::string>> command_lines(const std::string& text) {
    std::vector<std::vector<std::string>> lines;
    constexpr std::string_view program = "codemate ";
    for (std::size_t at = text.find(program); at != std::string::npos; at = text.find(program, at + 1)) {
        if (at > 0 && text[at - 1] != '`' && text[at - 1] != '\n' && text[at - 1] != ' ') continue;
        const std::size_t begin = at + program.size();
        const std::string_view rest = std::string_view(text).substr(begin, text.find_first_of("`#\n", begin) - begin);
        std::vector<std::string> words;
        for (const std::string_view word : split(rest, ' ')) {
            if (!word.empty()) words.emplace_back(word);
        }
        const bool typed = text[at - 1] != ' ' && !words.empty() && std::ranges::all_of(words.front(), is_name);
        if (typed) lines.push_back(std::move(words));
    }
    return lines;
}

} // namespace

TEST_CASE("every command of the generated document is one, with the options that it has") {
    const std::set<std::string> of_the_parser{"help"}; // no row of the table
    std::size_t seen = 0;
    for (const std::vector<std::string>& line : command_lines(document())) {
        INFO(joined(line, " "));
        const auto info = std::ranges::find(cli::commands(), line.front(), &cli::CommandInfo::name);
        if (info == cli::commands().end()) {
            CHECK(of_the_parser.contains(line.front()));
            continue;
        }
        ++seen;
        cli::Options options;
        info->make()->declare(options);
        for (const std::string& word : line) {
            if (!word.starts_with("--") || word == "--json" || word == "--help") continue;
            INFO(word);
            const std::string name = word.substr(0, word.find('='));
            CHECK(
                std::ranges::any_of(options.all(), [&](const cli::Option& each) { return each.long_name() == name; }));
        }
    }
    CHECK(seen > 30);
}
