#include "cli/exit_status.hpp"
#include "support/catch.hpp"

#include "codemate/base/error.hpp"

#include <algorithm>

using namespace codemate;

TEST_CASE("several failures have their common status, else 1") {
    CHECK(cli::common_status({}) == 0);
    CHECK(cli::common_status(std::vector<int>{5}) == 5);
    CHECK(cli::common_status(std::vector<int>{5, 5}) == 5);
    CHECK(cli::common_status(std::vector<int>{5, 4}) == 1);
}

TEST_CASE("every status that an error can have is in the table of --help") {
    for (int kind = 0; kind <= static_cast<int>(Kind::defect); ++kind) {
        const int status = exit_status(static_cast<Kind>(kind));
        const auto& table = cli::status_table();
        CHECK(std::any_of(table.begin(), table.end(), [&](const cli::StatusRow& row) { return row.status == status; }));
    }
}

TEST_CASE("signals") {
    CHECK(cli::status_of_signal(2) == 130);
    CHECK(cli::status_of_signal(15) == 143);
}
