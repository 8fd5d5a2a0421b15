#include "support/catch.hpp"

#include "codemate/base/error.hpp"
#include "codemate/machine/programs.hpp"

using namespace codemate;
using machine::Program;

namespace {

machine::Finished run(std::vector<std::string> command, std::string input = "") {
    return machine::make_programs()->run({.command = std::move(command), .input = std::move(input)}, {});
}

Kind kind_of(const Program& program) {
    try {
        machine::make_programs()->run(program, {});
    } catch (const Error& error) {
        return error.kind();
    }
    return Kind::defect;
}

} // namespace

TEST_CASE("a program gets its arguments and its input, and gives output and status") {
    CHECK(run({"cat"}, "hello\n").output == "hello\n");
    CHECK(run({"cat"}).output.empty());
    CHECK(run({"echo", "a b", "$HOME;'"}).output == "a b $HOME;'\n"); // no shell reads them
    CHECK(run({"sh", "-c", "echo lost >&2; exit 7"}).output.empty());
    CHECK(run({"sh", "-c", "exit 7"}).status == 7);
    CHECK(run({"sh", "-c", "kill -TERM $$"}).status == 128 + 15);
    CHECK(run({"true"}, std::string(1'000'000, 'x')).status == 0); // it never reads its input
}

TEST_CASE("more than a pipe holds goes both ways") {
    const std::string much(500'000, 'x');
    CHECK(run({"cat"}, much).output == much);
}

TEST_CASE("programs that are not there, do not end, or write without end") {
    CHECK(kind_of({.command = {"codemate-no-such-program"}}) == Kind::not_found);
    Program endless{.command = {"sleep", "1000"}};
    endless.patience = std::chrono::milliseconds(1);
    CHECK(kind_of(endless) == Kind::failed);
    Program talkative{.command = {"yes"}};
    talkative.limit = ByteCount(10'000);
    CHECK(kind_of(talkative) == Kind::failed);
}

TEST_CASE("a program has ended when it has, whatever it left behind that holds its output") {
    const auto programs = machine::make_programs();
    const auto finished = programs->run({.command = {"sh", "-c", "sleep 600 & echo said; exit 3"}}, {});
    CHECK(finished.status == 3);
    CHECK(finished.output == "said\n");
}

TEST_CASE("a stop ends the wait and the program") {
    std::stop_source stop;
    stop.request_stop();
    CHECK_THROWS_AS(machine::make_programs()->run({.command = {"sleep", "1000"}}, stop.get_token()), Interrupted);
}
