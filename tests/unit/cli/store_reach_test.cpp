#include "cli/store_reach.hpp"
#include "support/catch.hpp"

using namespace codemate;
using Words = std::vector<std::string>;

TEST_CASE("sudo takes a user by name, or by number where there is none") {
    CHECK(cli::sudo_as("ollama") == Words{"sudo", "-u", "ollama"});
    CHECK(cli::sudo_as("user 1000") == Words{"sudo", "-u", "#1000"});
    CHECK(cli::sudo_as("root") == Words{"sudo"});
    CHECK(cli::sudo_as("") == Words{"sudo"});
}
