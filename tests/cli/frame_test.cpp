// What all commands share: help, version, errors of the line, outputs that fail.
#include "cli/world.hpp"
#include "support/catch.hpp"

#include "codemate/base/version.hpp"
#include "codemate/json/read.hpp"

#include <fcntl.h>

using namespace codemate;
using test::Arguments;
using test::Place;
using test::World;

TEST_CASE("version and help go to stdout and need no server") {
    const Place place;
    CHECK(place.codemate({"--version"}).out == "codemate " + std::string(version()) + "\n");
    const auto help = place.codemate({"--help"});
    CHECK(help.status() == 0);
    CHECK(help.err.empty());
    CHECK(help.out.find("Everyday commands:") != std::string::npos);
    CHECK(place.codemate({"pull", "--help"}).out.find("Usage: codemate pull [options] [TARGET…]") != std::string::npos);
    const json::Value document = test::checked_document(place.codemate({"--version", "--json"}).out, "version");
    CHECK(*document.find("version") == json::Value(version()));
    const json::Value overview = test::checked_document(place.codemate({"--help", "--json"}).out, "help");
    CHECK(*overview.find("text") == json::Value(help.out));
    CHECK(overview.find("command") == nullptr);
    const json::Value of_pull = test::checked_document(place.codemate({"pull", "--json", "-h"}).out, "help");
    CHECK(*of_pull.find("text") == json::Value(place.codemate({"pull", "--help"}).out));
    CHECK(*of_pull.find("command") == json::Value("pull"));
}

TEST_CASE("a line that cannot be understood ends with 2, also as JSON") {
    const Place place;
    const auto plain = place.codemate({"lsit"});
    CHECK(plain.status() == 2);
    CHECK(plain.out.empty());
    CHECK(plain.err == "codemate: error: there is no command 'lsit'\n"
                       "hint: did you mean 'list'? `codemate --help` lists the commands\n");
    const auto as_json = place.codemate({"list", "--nonsense", "--json"});
    CHECK(as_json.status() == 2);
    const json::Value document = test::checked_document(as_json.out, "list");
    CHECK(document.find("ok")->boolean() == false);
    CHECK(*document.find("error")->find("kind") == json::Value("usage"));
    CHECK(place.codemate({}).status() == 2);
}

TEST_CASE("colour only where it was asked for or a terminal is") {
    Place place;
    place.server("127.0.0.1:1");
    CHECK_FALSE(test::has_escape(place.codemate({"list"}).err));
    CHECK(test::has_escape(place.codemate({"list", "--color", "always"}).err));
    CHECK(test::has_escape(place.in_terminal({"list"}).terminal));
    CHECK_FALSE(test::has_escape(place.in_terminal({"list", "--color=never"}).terminal));
    place.set("NO_COLOR", "1");
    CHECK_FALSE(test::has_escape(place.in_terminal({"list"}).terminal));
}

TEST_CASE("a reader that goes away ends the program quietly") {
    const World world;
    test::Command command = world.command({});
    command.argv = {"/bin/sh", "-c",
                    "{ " + test::codemate_program() + " list --available; echo \"status $?\" >&2; } | true"};
    const auto result = test::run(command);
    CHECK(result.err.find("status 0") != std::string::npos);
    CHECK(result.err.find("error") == std::string::npos);
}

TEST_CASE("an output that cannot be written is an error of storage") {
    const World world;
    test::Command command = world.command({});
    command.argv = {"/bin/sh", "-c", test::codemate_program() + " list --available > /dev/full"};
    const auto result = test::run(command);
    CHECK(result.status() == 6);
    CHECK(result.err.find("No space left on device") != std::string::npos);
}

TEST_CASE("without any standard stream nothing is written anywhere") {
    const World world;
    test::Command command = world.command({});
    command.argv = {"/bin/sh", "-c",
                    test::codemate_program() + " list --available >&- 2>&-; echo \"status $?\" > status"};
    CHECK_FALSE(test::run(command).status() != 0);
    CHECK(test::read_text(world.directory() / "status") == "status 6\n");
}

TEST_CASE("help explains one command, or all") {
    const Place place;
    const std::string overview = place.codemate({"--help"}).out;
    CHECK(place.codemate({"help"}).out == overview);
    CHECK(place.codemate({"help", "help"}).out == overview);
    const auto two = place.codemate({"help", "pull", "list"});
    CHECK(two.status() == 2);
    CHECK(two.out.empty());
    CHECK(two.err == "codemate: error: unexpected argument 'list'\n"
                     "hint: `codemate help` explains one command at a time: `codemate help pull`\n");
    CHECK(place.codemate({"help", "use", "primary"}).status() == 2);
    CHECK(place.codemate({"help", "help", "pull"}).status() == 2);
    CHECK(place.codemate({"help", "list", "--", "x"}).status() == 2);
    CHECK(place.codemate({"pull", "mistral", "--help"}).status() == 0);
}

TEST_CASE("on a terminal help COMMAND is the manual's page, where there is a man for it") {
    Place place;
    const auto man = place.directory() / "bin/man";
    const auto put = [&](const std::string& lines) {
        place.directory().write("bin/man", "#!/bin/sh\n" + lines + "\n");
        std::filesystem::permissions(man, std::filesystem::perms::owner_all);
    };
    place.set("PATH", man.parent_path().string() + ":/usr/bin:/bin");
    const auto shows_text = [&] {
        return place.in_terminal({"help", "pull"}).terminal.find("Usage: codemate pull") != std::string::npos;
    };

    put("echo \"page by man $*\"; cat > page");
    const auto shown = place.in_terminal({"help", "pull"});
    CHECK(shown.status() == 0);
    CHECK(shown.terminal == "page by man -l -\r\n");
    CHECK(test::read_text(place.directory() / "page") ==
          test::read_text(std::filesystem::path(CODEMATE_SOURCE_DIR) / "docs/man/codemate-pull.1"));

    CHECK(place.codemate({"help", "pull"}).out.find("Usage: codemate pull") != std::string::npos);
    CHECK(place.in_terminal({"pull", "--help"}).terminal.find("Usage: codemate pull") != std::string::npos);
    CHECK(place.in_terminal({"help", "pull", "--json"}).terminal.find("codemate/help/1") != std::string::npos);

    const auto asks_man = [&] {
        return place.in_terminal({"help", "pull"}).terminal.find("by man") != std::string::npos;
    };
    for (const char* const pager : {"cat -s", "LESS=R less", "'a b' c", ""}) { // there, or not for us to tell
        place.set("PAGER", pager);
        CHECK(asks_man());
    }
    place.set("PAGER", (place.directory() / "no-such-pager").string());
    CHECK_FALSE(asks_man()); // it would only complain
    CHECK(shows_text());
    place.set("MANPAGER", "cat");
    CHECK(asks_man());
    place.set("MANPAGER", "no-such-pager -R");
    CHECK_FALSE(asks_man());
    place.set("MANPAGER", "");
    CHECK(asks_man());

    put("exit 3");
    CHECK(shows_text());
    put("echo 'There are no pages here; `unminimize` brings them.'");
    CHECK(shows_text());
    std::filesystem::remove(man);
    place.set("PATH", man.parent_path().string());
    CHECK(shows_text());
}

TEST_CASE("in GitHub Actions no text from elsewhere is a command to the runner") {
    Place place;
    place.set("GITHUB_ACTIONS", "true");
    const std::string name = "##[error]x";
    const auto plain = place.codemate({name});
    CHECK(plain.err ==
          "codemate: error: there is no command '##\\u005berror]x'\n"
          "hint: `codemate --help` lists the commands\n"
          "::error title=codemate::there is no command '##\\u005berror]x'; `codemate --help` lists the commands\n");
    const auto as_json = place.codemate({name, "--json"});
    CHECK(as_json.out.find("##[") == std::string::npos);
    const json::Value document = json::read(as_json.out, "x").root;
    CHECK(*document.find("error")->find("message") == json::Value("there is no command '" + name + "'"));
    place.directory().write(name, "{}");
    const auto verbose = place.codemate({"check", "-v", "--manifest", name});
    CHECK(verbose.status() == 2);
    CHECK(verbose.err.find("##[") == std::string::npos);
    place.set("GITHUB_ACTIONS", "false");
    CHECK(place.codemate({name}).err.find(name) != std::string::npos);
}

TEST_CASE("-v and --log-file tell what happens inside") {
    const World world;
    const auto said = world.codemate({"list", "-vv", "--log-file", "log"});
    CHECK(said.status() == 0);
    CHECK(said.err.find("codemate: info: manifest: ") != std::string::npos);
    CHECK(test::read_text(world.directory() / "log").find(" info manifest: ") != std::string::npos);
    CHECK(world.codemate({"list", "--log-file", "/nonexistent/log"}).status() == 6);
}
