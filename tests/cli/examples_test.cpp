// The examples of --help, manual and docs/cli.md: each is run as it stands there, in a terminal, in which all that it
// asks for is answered.
#include "cli/command.hpp"
#include "cli/declared.hpp"
#include "cli/world.hpp"
#include "support/catch.hpp"

#include <filesystem>
#include <set>

using namespace codemate;
using test::World;

namespace {

// What an example finds, beyond a project with the built-in set installed and locked.
struct Need {
    std::string before = {}; // in bash, which ends at the first failure
    std::string moved = {};  // a tag that serves something else by then
    int status = 0;
    std::map<std::string, std::string> instead = {}; // what is so elsewhere, and what it is here
    std::string shell = "bash";
    std::string answer = "y";
};

const Need nomic_is_there{.before = "codemate -q pull nomic-embed-text"};
const Need mistral_was_updated{.before = "old=$(id_of mistral:latest)\ncodemate -q update --yes mistral",
                               .moved = "mistral:latest",
                               .instead = {{"f974a74358d6", "$old"}}};
const Need is_released{.before = "codemate -q release 0.5.0\ngit add .\ngit commit -qm release"};

// By the line. One that is no example any more fails the test.
const std::map<std::string, Need>& needs() {
    static const std::map<std::string, Need> table{
        {"codemate pull mistral@sha256:6577803aa9a0", {.instead = {{"6577803aa9a0", "$(id_of mistral:latest)"}}}},
        {"codemate pull --from /media/usb/models",
         {.before = "cp -r $STORE usb\ncodemate -q rm --force --yes mistral:latest",
          .instead = {{"/media/usb/models", "usb"}}}},
        {"codemate pull --from https://registry.corp/models default",
         {.before = "codemate -q rm --force --yes mistral:latest",
          .instead = {{"https://registry.corp/models", "$OTHER"}}}},
        {"codemate show llama3:8b", {.before = "codemate -q pull llama3:8b"}},
        {"codemate du --models-dir /mnt/models", {.instead = {{"/mnt/models", "$STORE"}}}},
        {"codemate doctor --host https://models.example.com", {.instead = {{"https://models.example.com", "$OTHER"}}}},
        {"codemate doctor --models-dir /mnt/models", {.instead = {{"/mnt/models", "$STORE"}}}},
        {"codemate export mistral /media/usb/models", {.instead = {{"/media/usb/models", "usb"}}}},
        {"codemate export default --to https://registry.corp/models",
         {.instead = {{"https://registry.corp", "$CODEMATE_REGISTRY"}}}},
        {"codemate export --to http://localhost:5000 --dry-run",
         {.instead = {{"http://localhost:5000", "$CODEMATE_REGISTRY"}}}},
        {"codemate prune --dry-run", nomic_is_there},
        {"codemate prune --older-than 30d", nomic_is_there},
        // So much there is not in the sandbox, and then it says so.
        {"codemate prune --to-free 20GB --yes", {.before = nomic_is_there.before, .status = 1}},
        {"codemate prune 'nomic*'", nomic_is_there},
        {"codemate rm nomic-embed-text", nomic_is_there},
        {"codemate rm --force mistral:latest", {.answer = "mistral:latest"}},
        {"codemate outdated", {.moved = "mistral:latest"}},
        {"codemate outdated -v mistral", {.moved = "mistral:latest"}},
        {"codemate outdated --check default", {.moved = "mistral:latest", .status = 3}},
        {"codemate update", {.moved = "mistral:latest"}},
        {"codemate update --dry-run", {.moved = "mistral:latest"}},
        {"codemate update --yes --validate 'pytest tests/ -v' primary",
         {.before = "printf '#!/bin/sh\\n' > bin/pytest\nchmod +x bin/pytest", .moved = "qwen2.5-coder:7b-q4_0"}},
        {"codemate rollback mistral", mistral_was_updated},
        {"codemate rollback mistral@sha256:f974a74358d6", mistral_was_updated},
        {"codemate bench --runs 20 llama3:8b", {.before = "codemate -q pull llama3:8b"}},
        {"codemate benchmark --prompt question.txt --num-ctx 8192 primary", {.before = "echo Why? > question.txt"}},
        {"codemate benchmark --baseline bench.json --gate=5% --yes",
         {.before = "codemate -q benchmark --yes --runs 5 --save bench.json", .instead = {{"5%", "900%"}}}},
        // With the usual gate the answer is status 3 where the machine was busy for one of the two.
        {"codemate benchmark --against http://localhost:11435 --gate",
         {.before = "codemate -q --host $OTHER pull default",
          .instead = {{"http://localhost:11435 --gate", "$OTHER --gate=900%"}}}},
        {"codemate init", {.before = "rm codemate.json codemate.lock"}},
        {"codemate init --from builtin", {.before = "rm codemate.json codemate.lock"}},
        {"codemate init --from config/ollama/models.json",
         {.before = "rm codemate.json codemate.lock\nmkdir -p config/ollama\ncp $DATA/hub/config/ollama/models.json "
                    "config/ollama"}},
        {"codemate lock", {.before = "rm codemate.lock"}},
        {"codemate lock --upgrade --dry-run", {.moved = "mistral:latest"}},
        {"codemate lock --upgrade mistral", {.moved = "mistral:latest"}},
        {"codemate refs --rewrite mistral:7b mistral:7b-instruct", {.before = "echo 'model: mistral:7b' > app.yaml"}},
        {"codemate refs --rewrite --dry-run llama3 llama3.1", {.before = "echo 'model: llama3' > app.yaml"}},
        {"codemate release 0.5.0 --dry-run", {}},
        {"codemate release 0.5.0 --tag", is_released},
        {"codemate release 0.4.0..0.5.0", is_released},
        {"codemate docs --check", {.before = "codemate -q docs"}},
        {"codemate completion fish | source", {.shell = "fish"}},
        {"source <(codemate completion zsh)", {.before = "autoload -Uz compinit\ncompinit", .shell = "zsh"}},
    };
    return table;
}

const char* const begun = R"(mkdir bin
git init -q .
git config user.name Test
git config user.email test@example.org
codemate -q init --from builtin
codemate -q pull default
codemate -q lock
git add .
git commit -qm first
)";
const char* const functions = R"(set -e
id_of() { codemate list --json "$1" | grep -o 'sha256:[0-9a-f]*' | head -n 1 | cut -c 8-19; }
)";

// A git repository whose models are the built-in ones.
struct Project : World {
    Project() {
        const std::filesystem::path program = test::codemate_program();
        set("PATH", program.parent_path().string() + ":" + (directory() / "bin").string() + ":/usr/bin:/bin");
        set("HOME", directory().path().string());
        set("CODEMATE_REGISTRY", sandbox.url());
        set("STORE", sandbox.store().string());
        set("DATA", CODEMATE_TEST_DATA);
        const auto start = run_in("bash", begun, "");
        INFO(start.terminal);
        REQUIRE(start.status() == 0);
    }

    test::Finished run_in(const std::string& shell, const std::string& lines, const std::string& answer) const {
        test::Command command = this->command({});
        // fish's language is another; of functions none is needed there.
        command.argv = {shell, "-c", (shell == "fish" ? "" : functions) + lines + "\n"};
        command.terminal = test::Terminal{.columns = 120};
        command.input = answer + "\n";
        return run(command, std::chrono::seconds(120));
    }
};

std::string by_what_is_here(std::string line, const Need& need) {
    for (const auto& [there, here] : need.instead) {
        if (const std::size_t at = line.find(there); at != std::string::npos) line.replace(at, there.size(), here);
    }
    return line;
}

bool there_is(const std::string& program) {
    return std::filesystem::exists("/usr/bin/" + program) || std::filesystem::exists("/bin/" + program);
}

} // namespace

TEST_CASE("each example does what it says") {
    std::set<std::string> told;
    const test::Sandbox other;
    for (const cli::CommandInfo& info : cli::commands()) {
        std::optional<Project> usual; // of all examples that need nothing else
        for (const cli::Entry& example : cli::example_entries(info)) {
            const std::string& line = example.left;
            told.insert(line);
            const auto found = needs().find(line);
            const bool is_usual = found == needs().end();
            const Need need = is_usual ? Need{} : found->second;
            if (!there_is(need.shell)) {
                WARN(need.shell << " is not here: not tried: " << line);
                continue;
            }
            std::optional<Project> own;
            std::optional<Project>& project = is_usual ? usual : own;
            if (!project) project.emplace();
            project->set("OTHER", other.url());
            if (!need.moved.empty()) project->sandbox.set_fault("moving-tag=" + need.moved);
            const auto result =
                project->run_in(need.shell, need.before + "\n" + by_what_is_here(line, need), need.answer);
            INFO(line << "\n" << result.terminal);
            CHECK(result.status() == need.status);
        }
    }
    for (const auto& [line, need] : needs()) {
        INFO(line << " is no example");
        CHECK(told.contains(line));
    }
}
