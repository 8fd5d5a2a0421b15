#include "support/catch.hpp"

#include "codemate/base/error.hpp"

using namespace codemate;

TEST_CASE("each kind has its exit status") {
    struct Row {
        Kind kind;
        const char* name;
        int status;
        bool retry;
    };
    const Row row = GENERATE(Row{Kind::failed, "failed", 1, false}, Row{Kind::usage, "usage", 2, false},
                             Row{Kind::manifest, "manifest", 2, false}, Row{Kind::check, "check", 3, false},
                             Row{Kind::unreachable, "unreachable", 4, true}, Row{Kind::busy, "busy", 4, true},
                             Row{Kind::protocol, "protocol", 4, false}, Row{Kind::forbidden, "forbidden", 4, false},
                             Row{Kind::unauthorised, "unauthorised", 1, false},
                             Row{Kind::not_found, "not_found", 5, false}, Row{Kind::damaged, "damaged", 1, true},
                             Row{Kind::unsupported, "unsupported", 1, false}, Row{Kind::storage, "storage", 6, false},
                             Row{Kind::refused, "refused", 7, false}, Row{Kind::defect, "defect", 70, false});
    CHECK(to_string(row.kind) == row.name);
    CHECK(exit_status(row.kind) == row.status);
    CHECK(worth_retrying(row.kind) == row.retry);
}

TEST_CASE("context goes before the message, the outermost first; a hint replaces the kind's") {
    Error error = Error(Kind::usage, "no such file").context("cannot read x").note("one").note("two");
    error.context("cannot start");
    CHECK(error.message() == "cannot start: cannot read x: no such file");
    CHECK(std::string(error.what()) == error.message());
    CHECK(error.hint() == default_hint(Kind::usage));
    error.hint("look again");
    CHECK(error.hint() == "look again");
    CHECK(error.notes() == std::vector<std::string>{"one", "two"});
}
