#include "support/catch.hpp"

#include "codemate/rules/refusals.hpp"

using namespace codemate;
using namespace codemate::rules;

TEST_CASE("what is refused says how much is lacking, and what is only a lower bound") {
    const Error room = no_room_for(ByteCount(5'000'000), Sum::exact, "/models", ByteCount(2'000'000));
    CHECK(room.kind() == Kind::storage);
    CHECK(room.message() == "the disk has no room for that: 5 MB would be written below '/models', where 2 MB are "
                            "free; 3 MB are lacking");
    CHECK(no_room_for(ByteCount(5'000'000), Sum::at_least, "/models", ByteCount(0)).message().find(": at least 5 MB") !=
          std::string::npos);
    const Error budget = more_than_budget(ByteCount(5'000'000), Sum::at_least, ByteCount(4'000'000));
    CHECK(budget.kind() == Kind::refused);
    CHECK(budget.message() == "the required set would take at least 5 MB, 1 MB more than the manifest's budget of "
                              "4 MB");
    CHECK(budget.hint().starts_with("--force"));
}
