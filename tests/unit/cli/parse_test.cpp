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
        Row{{"list", "a", "b"}, "unexpected argument 'b'", "see `codemate list --help`"},
        Row{{"list", "--sort", "age"}, "--sort cannot be 'age'", "it is name, size or modified"},
        Row{{"list", "--color=blue"}, "--color cannot be 'blue'", "it is auto, always or never"},
        Row{{"x\x1b[31m"}, "there is no command 'x\\x1b[31m'", "`codemate --help` lists the commands"});
    const Error error = refusal(row.line);
    CHECK(error.kind() == Kind::usage);
    CHECK(error.message() == row.message);
    CHECK(error.hint() == row.hint);
}

TEST_CASE("a missing value") {
    CHECK(refusal({"list", "--sort"}).kind() == Kind::usage);
}

TEST_CASE("an error of the line itself still knows that JSON was asked for") {
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
