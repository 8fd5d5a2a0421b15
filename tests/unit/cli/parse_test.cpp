#include "cli/parse.hpp"
#include "support/catch.hpp"

#include "codemate/base/error.hpp"

using namespace codemate;
using cli::Invocation;

namespace {

Error refusal(const std::vector<std::string>& arguments) {
    Invocation invocation;
    try {
        cli::parse(arguments, invocation);
    } catch (const Error& error) {
        return error;
    }
    return Error(Kind::defect, "no error");
}

Invocation understood(const std::vector<std::string>& arguments) {
    Invocation invocation;
    cli::parse(arguments, invocation);
    return invocation;
}

} // namespace

TEST_CASE("global options before and after the command") {
    for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
             {"--json", "--host", "h:1", "-qvv", "list"}, {"list", "-q", "-v", "--json", "-v", "--host=h:1"}}) {
        const Invocation invocation = understood(line);
        REQUIRE(invocation.info != nullptr);
        CHECK(invocation.info->name == "list");
        CHECK(invocation.command);
        CHECK(invocation.global.json);
        CHECK(invocation.global.quiet);
        CHECK(invocation.global.verbosity == 2);
        CHECK(invocation.global.host == "h:1");
    }
}

TEST_CASE("a target may be called like a command") {
    CHECK(understood({"pull", "list"}).info->name == "pull");
}

TEST_CASE("help and version need no command and forgive the rest of the line") {
    CHECK(understood({"--help"}).global.help);
    CHECK(understood({"pull", "-h"}).info->name == "pull");
    CHECK(understood({"--version"}).global.version);
}

TEST_CASE("what cannot be understood is named, with the nearest neighbour") {
    struct Row {
        std::vector<std::string> line;
        std::string message, hint;
    };
    const Row row = GENERATE(
        Row{{"lsit"}, "there is no command 'lsit'", "did you mean 'list'? `codemate --help` lists the commands"},
        Row{{"frobnicate"}, "there is no command 'frobnicate'", "`codemate --help` lists the commands"},
        Row{{}, "no command was given", "`codemate --help` lists the commands"},
        Row{{"pull", "--dryrun"},
            "there is no option '--dryrun' of `codemate pull`",
            "did you mean --dry-run? `codemate pull --help` lists the options"},
        Row{{"--jsn", "list"},
            "there is no option '--jsn' of `codemate list`",
            "did you mean --json? `codemate list --help` lists the options"},
        Row{{"--yes", "pull"},
            "'--yes' stands before the command, where only global options may",
            "write `codemate pull --yes`"},
        Row{{"pull", "-qx"}, "there is no option '-x' of `codemate pull`", "`codemate pull --help` lists the options"},
        Row{{"list", "a", "b"}, "unexpected argument 'b'", "`codemate list --help` says what it takes"},
        Row{{"list", "--sort", "age"}, "--sort cannot be 'age'", "it is name, size or modified"},
        Row{{"list", "--color=blue"}, "--color cannot be 'blue'", "it is auto, always or never"},
        Row{{"x\x1b[31m"}, "there is no command 'x\\x1b[31m'", "`codemate --help` lists the commands"});
    const Error error = refusal(row.line);
    CHECK(error.kind() == Kind::usage);
    CHECK(error.message() == row.message);
    CHECK(error.hint() == row.hint);
}

TEST_CASE("values that are missing, empty, given twice, or given to what has none") {
    struct Row {
        std::vector<std::string> line;
        std::string message, hint;
    };
    const std::string explained = "; `codemate --help` explains it";
    const Row row = GENERATE_COPY(
        Row{{"list", "--sort"}, "--sort needs a value", "it is name, size or modified"},
        Row{{"init", "--from"},
            "--from needs a value",
            "write it so: --from WHERE; `codemate init --help` explains it"},
        Row{{"--host"}, "--host needs a value", "write it so: --host URL" + explained},
        Row{{"list", "--host", "--json"}, "--host needs a value", "write it so: --host URL" + explained},
        Row{{"--host", "-q", "list"}, "--host needs a value", "write it so: --host URL" + explained},
        Row{{"list", "--host="}, "the value of --host is empty", "write it so: --host URL" + explained},
        Row{{"list", "--host", ""}, "the value of --host is empty", "write it so: --host URL" + explained},
        Row{{"--lock", "", "list"}, "the value of --lock is empty", "write it so: --lock FILE" + explained},
        Row{{"--host", "a", "list", "--host=b"}, "--host is given twice", "decide for one value"},
        Row{{"list", "--sort", "name", "--sort", "size"}, "--sort is given twice", "decide for one value"},
        Row{{"list", "--json=false"},
            "--json takes no value, and 'false' was given",
            "write --json to have it, and leave it out otherwise"},
        Row{{"--json=", "list"},
            "--json takes no value, and '' was given",
            "write --json to have it, and leave it out otherwise"},
        Row{{"pull", "-qy=no"},
            "-y takes no value, and 'no' was given",
            "write -y to have it, and leave it out otherwise"},
        Row{{"--version=1"},
            "--version takes no value, and '1' was given",
            "write --version to have it, and leave it out otherwise"});
    const Error error = refusal(row.line);
    CHECK(error.kind() == Kind::usage);
    CHECK(error.message() == row.message);
    CHECK(error.hint() == row.hint);
}

TEST_CASE("two dashes end the options of every command") {
    for (const cli::CommandInfo& info : cli::commands()) {
        INFO(info.name);
        CHECK(understood({info.name, "--"}).info->name == info.name);
        CHECK(understood({"--", info.name}).info->name == info.name);
        CHECK(understood({"-q", info.name, "--json", "--"}).global.json);
        const Error error = refusal({info.name, "--", "a", "b", "c", "--nonsense"});
        if (error.kind() != Kind::defect) CHECK(error.message().starts_with("unexpected argument "));
    }
    CHECK_FALSE(understood({"pull", "--", "--json"}).global.json);
    CHECK_FALSE(understood({"list", "--", "--help"}).global.help);
    CHECK(understood({"pull", "--", "mistral", "--", "--host"}).info->name == "pull");
    CHECK(refusal({"--", "lsit"}).message() == "there is no command 'lsit'");
    CHECK(refusal({"--"}).message() == "no command was given");
}

TEST_CASE("nothing that people do reaches the words of the library that parses") {
    const std::vector<std::string> words{"--host", "--host=", "--json=x", "-qq",  "-v=2",     "--sort", "-",
                                         "--",     "list",    "use",      "help", "--yes=no", "---"};
    for (const std::string& first : words) {
        for (const std::string& second : words) {
            for (const std::string& third : words) {
                const std::string said = refusal({first, second, third}).message();
                if (said.find("cannot be understood") == std::string::npos) continue;
                FAIL_CHECK(first << " " << second << " " << third << ": " << said);
            }
        }
    }
}

TEST_CASE("an error of the line itself still knows that JSON was asked for") {
    for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
             {"list", "--json", "--sort"}, {"--host=", "list", "--json"}, {"list", "--json", "--", "a", "b"}}) {
        Invocation invocation;
        CHECK_THROWS_AS(cli::parse(line, invocation), Error);
        CHECK(invocation.global.json);
        REQUIRE(invocation.info != nullptr);
        CHECK(invocation.info->name == "list");
    }
    Invocation invocation;
    CHECK_THROWS_AS(cli::parse({"list", "--nonsense", "--json"}, invocation), Error);
    CHECK(invocation.global.json);
    CHECK(invocation.info->name == "list");
}

TEST_CASE("help as a command, and --json as another option's value") {
    CHECK(understood({"help"}).global.help);
    CHECK(understood({"help", "pull"}).info->name == "pull");
    CHECK_FALSE(understood({"list", "--log-file=--json"}).global.json);
}
