#include "cli/world.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/screen.hpp"

using namespace codemate;
using test::World;

TEST_CASE("what stays on the screen after a pull") {
    const World world;
    const auto result = world.in_terminal({"pull", "default", "--jobs", "1"}, 140);
    CHECK(result.status() == 0);
    test::Screen screen(140);
    screen.write(result.terminal);
    CHECK(test::golden_difference("pull.terminal.txt", test::steady(screen.text(), world.sandbox)) == "");
}

TEST_CASE("a slow pull draws its bar, and takes it away again") {
    World world;
    world.sandbox.set_fault("slow=400KB/s");
    const auto result = world.in_terminal({"pull", "mistral"}, 60);
    CHECK(result.status() == 0);
    CHECK(result.terminal.find("%") != std::string::npos);
    test::Screen screen(60);
    screen.write(result.terminal);
    CHECK(screen.text().find("%") == std::string::npos);
}

TEST_CASE("CI with a terminal gets plain lines") {
    World world;
    world.set("CI", "true");
    CHECK_FALSE(test::has_escape(world.in_terminal({"pull", "mistral", "--color=never"}).terminal));
    world.set("CI", "false");
    CHECK(test::has_escape(world.in_terminal({"pull", "tinyllama", "--color=never"}).terminal));
}
