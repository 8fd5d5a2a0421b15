// Completion in real shells, and what they ask the program for.
#include "cli/world.hpp"
#include "support/catch.hpp"
#include "support/raw_server.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <filesystem>

using namespace codemate;
using test::Arguments;
using test::Place;
using test::World;

namespace {

const char* const project = R"({
  "schema": 1,
  "roles": { "primary": "coder:7b" },
  "groups": { "prime-time": ["coder:7b", "tiny:1b"] }
}
)";

const char* const bash_completion = "/usr/share/bash-completion/bash_completion";

// A project beside a sandbox with two models whose names share what is before the colon.
struct ShellWorld : World {
    ShellWorld() {
        set("PATH", std::filesystem::path(test::codemate_program()).parent_path().string() + ":/usr/bin:/bin");
        set("CODEMATE_COMPLETION_WAIT", "60s"); // what is slow here is the machine
        set("HOME", directory().path().string());
        set("TERM", "dumb");
        set("PS1", "$ ");
        directory().write("codemate.json", project);
        directory().write("my file.json", "{}");
        directory().write("directory/of.json", "{}");
        sandbox.pull("codellama:7b");
        sandbox.pull("codellama:34b");
    }
};

Arguments words_of(const std::string& answer) {
    Arguments words;
    for (const std::string_view line : split(answer, '\n')) {
        if (!line.empty()) words.emplace_back(line.substr(0, line.find('\t')));
    }
    return words;
}

// Says that it is not there, where it is not.
bool has_shell(const std::string& name) {
    for (const std::string directory : {"/usr/bin/", "/bin/"}) {
        if (std::filesystem::exists(directory + name)) return true;
    }
    WARN(name << " is not here: completion in it was not tried (scripts/lib/packages.sh: check_packages)");
    return false;
}

// In a shell in a terminal, in which the command `args` is completed as codemate is and prints its arguments.
class Typing {
public:
    Typing(const World& world, const Arguments& shell, const std::string& preparation)
        : process_(command(world, shell)) {
        process_.type(preparation + "echo re''ady\n");
        REQUIRE(process_.wait_for("ready\r\n"));
    }

    // What is typed, with a tab at its end; then what args says of the line.
    bool completes(const std::string& typed, const std::string& to) {
        process_.type(typed + "\t" + "\n");
        const bool found = process_.wait_for(to, std::chrono::seconds(20));
        if (!found) UNSCOPED_INFO(process_.terminal());
        return found;
    }

    std::string screen() const { return process_.terminal(); }

private:
    static test::Command command(const World& world, const Arguments& shell) {
        test::Command command = world.command({});
        command.argv = shell;
        command.terminal = test::Terminal{.columns = 200};
        return command;
    }

    test::Process process_;
};

void check_lines(Typing& shell) {
    for (const auto& [typed, result] : std::vector<std::pair<std::string, std::string>>{
             {"args loc", "<lock>"},
             {"args list --sort mo", "<list><--sort><modified>"},
             {"args list --sort=mo", "<list><--sort=modified>"},
             {"args rm codellama:3", "<rm><codellama:34b>"},
             {"args rm codel", "<rm><codellama:>"}, // as far as it is the same for both
             {"args rm \"codellama:7", "<rm><codellama:7b>"},
             {"args pull primar", "<pull><primary>"},
             {"args pull prime-", "<pull><prime-time>"},
             {"args pull tin", "<pull><tiny:1b>"},
             {"args prune --keep=codellama:7", "<prune><--keep=codellama:7b>"},
             {"args --lock my", "<--lock><my file.json>"},
             {"args --lock=my", "<--lock=my file.json>"},
         }) {
        INFO(typed);
        CHECK(shell.completes(typed, result));
    }
    CHECK(shell.screen().find("error") == std::string::npos);
}

constexpr const char* arguments = "args() { printf '<%s>' \"$@\"; echo; }; ";

std::string in_bash() {
    return "source <(codemate completion bash); " + std::string(arguments) + "complete -F _codemate args; ";
}

const Arguments bash{"bash", "--norc", "--noprofile", "-i"};

} // namespace

TEST_CASE("what the scripts ask for: names that manifest and server know") {
    const ShellWorld world;
    const auto asked = [&](const Arguments& line) {
        Arguments words{"__complete"};
        words.insert(words.end(), line.begin(), line.end());
        const auto result = world.codemate(words);
        CHECK(result.status() == 0);
        CHECK(result.err.empty());
        return words_of(result.out);
    };
    CHECK(asked({"pull", "prim"}) == Arguments{":words", "prime-time", "primary"});
    CHECK(asked({"show", "co"}) == Arguments{":words", "coder:7b", "codellama:34b", "codellama:7b"});
    CHECK(asked({"rm", ""}) == Arguments{":words", "codellama:34b", "codellama:7b"});
    CHECK(asked({"--manifest", "builtin", "use", "prim"}) == Arguments{":words", "primary"});
    CHECK(asked({"--host", "127.0.0.1:1", "show", "co"}) == Arguments{":words", "coder:7b"});
    CHECK(asked({"--host", "no host", "rm", ""}) == Arguments{":words"});
    CHECK(asked({"--manifest", "no.json", "rm", ""}) == Arguments{":words", "codellama:34b", "codellama:7b"});
    CHECK(asked({}).size() > 10);
    world.directory().write("codemate.json", "{ broken");
    CHECK(asked({"show", "c"}) == Arguments{":words", "codellama:34b", "codellama:7b"});
}

TEST_CASE("a server that never answers holds no prompt up") {
    test::RawServer silent([](test::RawServer::Connection& connection) {
        connection.read_request();
        connection.wait_for_close();
    });
    Place place;
    place.directory().write("codemate.json", project);
    place.server(silent.url().text());
    place.set("CODEMATE_COMPLETION_WAIT", "1ms");
    const auto result = place.codemate({"__complete", "show", ""});
    CHECK(result.status() == 0);
    CHECK(result.err.empty());
    CHECK(words_of(result.out) == Arguments{":words", "primary", "coder:7b", "tiny:1b"});
    place.set("CODEMATE_COMPLETION_WAIT", "nonsense"); // is as if it were not set
    CHECK(place.codemate({"__complete", "rm", ""}).status() == 0);
}

TEST_CASE("codemate completion prints the script") {
    const Place place;
    const auto script = place.codemate({"completion", "fish"});
    CHECK(script.status() == 0);
    const auto document = test::checked_document(place.codemate({"completion", "fish", "--json"}).out, "completion");
    CHECK(*document.find("script") == json::Value(script.out));
    CHECK(place.codemate({"completion"}).status() == 2);
    CHECK(place.codemate({"completion", "csh"}).status() == 2);
}

TEST_CASE("bash completes, with the colon of a name") {
    if (!has_shell("bash")) return;
    const ShellWorld world;
    Typing shell(world, bash, in_bash());
    check_lines(shell);
}

TEST_CASE("bash completes beside redirections, behind a backslash and inside a word") {
    if (!has_shell("bash")) return;
    const ShellWorld world;
    Typing shell(world, bash, in_bash());
    const std::string left = "\2"; // Ctrl-B: the cursor goes one to the left
    for (const auto& [typed, result] : std::vector<std::pair<std::string, std::string>>{
             {"args --quiet list < my", "<--quiet><list>"}, // fails where there is no such file
             {"args --json list <my", "<--json><list>"},
             {"args 2>/dev/null --quiet rm codellama:3", "<--quiet><rm><codellama:34b>"},
             {"args 2> /dev/null show --json codellama:3", "<show><--json><codellama:34b>"},
             {"args -v rm codellama\\:3", "<-v><rm><codellama:34b>"},
             {"args -q --lock my\\ f", "<-q><--lock><my file.json>"},
             {"args --json rm codellama:34b" + left + left, "<--json><rm><codellama:34b>"},
             {"args --color=alays" + left + left + left, "<--color=always>"},
         }) {
        INFO(typed);
        CHECK(shell.completes(typed, result));
    }
}

TEST_CASE("bash completes names wherever its words end") {
    if (!has_shell("bash")) return;
    const ShellWorld world;
    Arguments preparations{"COMP_WORDBREAKS=${COMP_WORDBREAKS//:/}; "};
    if (std::filesystem::exists(bash_completion)) {
        preparations.push_back("source " + std::string(bash_completion) + "; ");
    } else {
        WARN("bash-completion is not here: completion beside it was not tried");
    }
    for (const std::string& preparation : preparations) {
        Typing shell(world, bash, preparation + in_bash());
        CHECK(shell.completes("args rm codellama:3", "<rm><codellama:34b>"));
        CHECK(shell.completes("args list --sort=mo", "<list><--sort=modified>"));
        CHECK(shell.completes("args pull -q  prima", "<pull><-q><primary>"));
    }
}

TEST_CASE("zsh completes") {
    if (!has_shell("zsh")) return;
    const ShellWorld world;
    Typing shell(world, {"zsh", "-f", "-i"},
                 "autoload -U compinit; compinit -u -D; source <(codemate completion zsh); " + std::string(arguments) +
                     "compdef _codemate args; ");
    check_lines(shell);
    CHECK(shell.completes("args list --progress ", "<list><--progress>"));
    const std::string screen = shell.screen();
    const std::string list = screen.substr(screen.find("list --progress"));
    CHECK(list.find("plain") != std::string::npos);
    CHECK(list.find(" -- ") == std::string::npos); // what has no help has no sign for it
}

// It says itself what a tab would offer.
TEST_CASE("fish completes") {
    if (!has_shell("fish")) return;
    const ShellWorld world;
    std::string script = "codemate completion fish | source; ";
    for (const char* line : {"loc", "list --sort mo", "list --sort=mo", "rm codellama:3", "rm \"codellama:7",
                             "pull prime-", "prune --keep=codellama:7", "--lock my", "--lock=my", "--lock ~/my",
                             "--lock=~/my", "--lock $HOME/my", "--lock \"$HOME/my", "--models-dir ~/dir", "check x"})
        script += "echo; complete -C 'codemate " + std::string(line) + "'; ";
    test::Command command = world.command({});
    command.argv = {"fish", "--no-config", "-c", script};
    const auto result = test::run(command);
    CHECK(result.err.empty());
    CHECK(words_of(result.out) == Arguments{"lock", "modified", "--sort=modified", "codellama:34b", "codellama:7b",
                                            "prime-time", "--keep=codellama:7b", "my file.json", "--lock=my file.json",
                                            "~/my file.json", "--lock=~/my file.json", "$HOME/my file.json",
                                            "$HOME/my file.json", "~/directory/"});
}
