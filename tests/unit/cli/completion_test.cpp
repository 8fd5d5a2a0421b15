#include "cli/completion.hpp"
#include "cli/declared.hpp"
#include "support/catch.hpp"

#include <algorithm>

using namespace codemate;
using cli::Names;

namespace {

using Words = std::vector<std::string>;

Words suggested(const Words& line) {
    Words words;
    for (const cli::Suggestion& suggestion : cli::sought(line).suggestions)
        words.push_back(suggestion.word);
    return words;
}

Names names(const Words& line) {
    return cli::sought(line).names;
}

bool contains(const Words& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr Names any_model{.groups = true, .roles = true, .declared = true, .installed = true};

} // namespace

TEST_CASE("each value and argument of the table has been thought of") {
    for (const cli::CommandInfo& info : cli::commands()) {
        const cli::Options options = cli::declared_options(info);
        for (const cli::Option& option : options.all()) {
            const std::string& placeholder = option.is_argument() ? option.name : option.value;
            INFO(info.name << " " << option.name << " " << placeholder);
            if (!placeholder.empty() && option.implied.empty()) CHECK(cli::value_kind(info.name, placeholder));
        }
    }
    const cli::Options global = cli::global_options();
    for (const cli::Option& option : global.all()) {
        INFO(option.name);
        if (!option.value.empty()) CHECK(cli::value_kind("", option.value));
    }
}

TEST_CASE("words that the declarations know") {
    for (const auto& [line, expected] : std::vector<std::pair<Words, Words>>{
             {{"pu"}, {"pull"}},
             {{"--json", "ver"}, {"verify"}},
             {{"--host", "list", "ver"}, {"verify"}}, // list is a value
             {{"--host=x", "ver"}, {"verify"}},
             {{"--", "ver"}, {"verify"}},
             {{"nonsense", "p"}, {}},
             {{"help", "li"}, {"list"}},
             {{"help", "list", ""}, {}},
             {{"completion", ""}, {"bash", "zsh", "fish"}},
             {{"completion", "z"}, {"zsh"}},
             {{"completion", "zsh", ""}, {}},
             {{"list", "--sort", ""}, {"name", "size", "modified"}},
             {{"list", "--sort", "s"}, {"size"}},
             {{"list", "--sort=s"}, {"--sort=size"}},
             {{"list", "--colo"}, {"--color"}},
             {{"list", "--color", "a"}, {"auto", "always"}},
             {{"list", "--so"}, {"--sort"}},
             {{"list", "--sort", "size", "--so"}, {}}, // given already
             {{"-v", "list", "--verb"}, {"--verbose"}},
             {{"list", "-v"}, {}},
             {{"prune", "--keep", "x", "--ke"}, {"--keep"}}, // may be given again
             {{"list", "--", "--so"}, {}},
             {{"bench", "--hist"}, {"--history"}},
             {{"benchmark", "--gate", "--hist"}, {"--history"}},
             {{"list", "--nonsense=x"}, {}},
             {{"init", "--from", "b"}, {"builtin"}},
             {{"verify", "al"}, {"all"}},
             {{"pull", "al"}, {}}, // which it refuses
             {{"--manifest", ""}, {"builtin"}},
             {{"--manifest=b"}, {"--manifest=builtin"}},
         }) {
        INFO(line.back());
        CHECK(suggested(line) == expected);
    }
    CHECK(contains(suggested({""}), "help"));
    CHECK(contains(suggested({}), "pull"));
    CHECK(contains(suggested({"pull", "-"}), "--locked"));
    CHECK_FALSE(contains(suggested({"pull", ""}), "--locked"));
}

TEST_CASE("names that others know") {
    CHECK(names({"pull", ""}) == any_model);
    CHECK(names({"pull", "primary", "x"}) == any_model);
    CHECK(names({"pull", "--", ""}) == any_model);
    CHECK(names({"rm", "mis"}) == Names{.installed = true});
    CHECK(names({"use", ""}) == Names{.roles = true});
    CHECK(names({"use", "primary", ""}) == Names{.declared = true, .installed = true});
    CHECK(names({"use", "primary", "mistral", ""}) == Names{});
    CHECK(names({"list", "--lock", ""}) == Names{.files = true});
    CHECK(names({"list", "--lock="}) == Names{.files = true});
    CHECK(names({"--models-dir", ""}) == Names{.directories = true});
    CHECK(names({"pull", "--jobs", ""}) == Names{});
    CHECK(names({"pull", "--force", ""}) == any_model);
    CHECK(names({"benchmark", "--gate", ""}) == any_model); // its value stands behind "="
    CHECK(names({"check", ""}) == Names{});
    CHECK(names({""}) == Names{});
}

TEST_CASE("what the line says of manifest and server counts") {
    const cli::Sought sought = cli::sought(Words{"--manifest", "a.json", "rm", "--host=h:1", "--keep", "x", "mis"});
    CHECK(sought.global.manifests == Words{"a.json"});
    CHECK(sought.global.host == "h:1");
    CHECK(sought.typed == "mis");
    CHECK(sought.before.empty());
    const cli::Sought value = cli::sought(Words{"prune", "--keep=mis"});
    CHECK(value.typed == "mis");
    CHECK(value.before == "--keep=");
    CHECK(value.names.installed);
}

TEST_CASE("each shell has its script, and no other") {
    for (const std::string shell : {"bash", "zsh", "fish"})
        CHECK(cli::completion_script(shell).find(cli::completion_call) != std::string_view::npos);
    CHECK(cli::completion_script("csh").empty());
}
