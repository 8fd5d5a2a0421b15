#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

#include <csignal>
#include <stdexcept>
#include <system_error>

using namespace codemate::test;
using std::chrono::milliseconds;

namespace {
Command shell(const std::string& script) {
    return {.argv = {"/bin/sh", "-c", script}};
}
} // namespace

TEST_CASE("streams and status are kept apart") {
    const auto done = run(shell("echo out; echo err >&2; exit 3"));
    CHECK(done.out == "out\n");
    CHECK(done.err == "err\n");
    CHECK(done.exit == Exit{3, std::nullopt});
}

TEST_CASE("standard input") {
    auto command = Command{.argv = {"cat"}};
    SECTION("is empty unless given") {
        CHECK(run(command).out.empty());
    }
    SECTION("is given whole, also when larger than a pipe") {
        command.input = std::string(1'000'000, 'x');
        CHECK(run(command).out == *command.input);
    }
    SECTION("can stay open") {
        command.after_input = Command::After::keep_open;
        Process process(command);
        process.type("one\n");
        REQUIRE(process.wait_for("one"));
        CHECK_FALSE(process.ended());
        process.close_input();
        CHECK(process.wait() == Exit{0, std::nullopt});
    }
}

TEST_CASE("the environment is merged or replaced") {
    auto command = shell("echo \"[$CODEMATE_TEST_WORD][${HOME-none}]\"");
    command.variables = {{"CODEMATE_TEST_WORD", "word"}, {"HOME", ""}};
    CHECK(run(command).out == "[word][none]\n");
    command.variables = {{"HOME", "/somewhere"}};
    command.environment = Command::Environment::replaced;
    CHECK(run(command).out == "[][/somewhere]\n");
}

TEST_CASE("the directory") {
    const TempDir directory;
    auto command = Command{.argv = {"pwd"}};
    command.directory = directory.path();
    CHECK(run(command).out == directory.path().string() + "\n");
}

TEST_CASE("a terminal has the given width and takes what is typed") {
    auto command = shell("test -t 0 && test -t 1 && stty size; read line; echo \"got $line\"");
    command.terminal = Terminal{.columns = 57, .rows = 11};
    Process process(command);
    REQUIRE(process.wait_for("11 57"));
    process.type("yes\n");
    CHECK(process.wait() == Exit{0, std::nullopt});
    CHECK(process.terminal().find("got yes") != std::string::npos);
    CHECK(process.out().empty());
}

TEST_CASE("a terminal for one stream only") {
    auto command = shell("test -t 1 && echo no; test -t 2 && echo yes >&2");
    command.terminal = Terminal{.input = false, .output = false};
    const auto done = run(command);
    CHECK(done.out.empty());
    CHECK(done.terminal == "yes\r\n");
}

TEST_CASE("signals, and programs that do not end") {
    Process process(shell("trap 'echo caught; exit 9' TERM; echo ready; while :; do read -r x < /dev/null; done"));
    REQUIRE(process.wait_for("ready"));
    SECTION("a signal is caught") {
        process.send(SIGTERM);
        CHECK(process.wait() == Exit{9, std::nullopt});
        CHECK(process.out() == "ready\ncaught\n");
    }
    SECTION("waiting is bounded, and says what there was") {
        std::string message;
        try {
            process.wait(milliseconds(20));
        } catch (const std::runtime_error& error) {
            message = error.what();
        }
        CHECK(message.find("did not end") != std::string::npos);
        CHECK(message.find("ready") != std::string::npos);
        CHECK(process.wait() == Exit{std::nullopt, SIGKILL});
    }
    SECTION("a text that does not come is not waited for for ever") {
        CHECK_FALSE(process.wait_for("never", milliseconds(20)));
    }
}

TEST_CASE("a program that does not exist") {
    CHECK_THROWS_AS(Process(Command{.argv = {"/nonexistent/program"}}), std::system_error);
}

TEST_CASE("a temporary directory goes with its object") {
    std::filesystem::path path;
    {
        const TempDir directory;
        path = directory.path();
        CHECK(read_text(directory.write("a/b.txt", "text")) == "text");
        std::filesystem::permissions(path / "a", std::filesystem::perms::none);
    }
    CHECK_FALSE(std::filesystem::exists(path));
}
