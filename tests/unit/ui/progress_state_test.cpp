#include "events.hpp"
#include "support/catch.hpp"
#include "ui/progress_state.hpp"

#include <vector>

using namespace codemate;
using namespace codemate::ui;
using namespace codemate::test;
using namespace std::chrono_literals;

namespace {

constexpr SteadyTime start{1h};
using Change = ProgressState::Change;

ProgressState after(const std::vector<Event>& events) {
    ProgressState state;
    for (const Event& event : events)
        state.apply(event, start);
    return state;
}

std::vector<std::string> names(ProgressState state) {
    std::vector<std::string> result;
    for (const ProgressLine& line : state.items(start))
        result.push_back(line.name + "|" + line.text);
    return result;
}

} // namespace

TEST_CASE("running items stand in the order in which they began") {
    using Names = std::vector<std::string>;
    CHECK(names(after({})).empty());
    CHECK(names(after({begin("b", "x"), begin("a", "y")})) == Names{"b|x", "a|y"});
    CHECK(names(after({begin("b", "x"), begin("a", "y"), stage("b", "z")})) == Names{"b|z", "a|y"});
    CHECK(names(after({begin("b", "x"), begin("a", "y"), end("b", "")})) == Names{"a|y"});
    CHECK(names(after({begin("b", "x"), begin("a", "y"), end("b", ""), begin("b", "again")})) ==
          Names{"a|y", "b|again"});
    CHECK(names(after({stage("b", "x")})) == Names{"b|x"}); // never began
    CHECK(names(after({amount("b", 5)})) == Names{"b|"});
    CHECK(names(after({end("b", "x"), note("c", "y")})).empty());
    CHECK(names(after({begin("b", "x"), begin("b", "y")})) == Names{"b|y"});
}

TEST_CASE("an event says what it changed; the same text again changes nothing") {
    ProgressState state;
    CHECK(state.apply(begin("a", "x"), start) == Change::began);
    CHECK(state.apply(stage("a", "x"), start) == Change::none);
    CHECK(state.apply(stage("a", "y"), start) == Change::stage);
    CHECK(state.apply(stage("a", "y"), start) == Change::none);
    CHECK(state.apply(amount("a", 1), start) == Change::amount);
    CHECK(state.apply(note("a", "n"), start) == Change::note);
    CHECK(state.apply(end("a", "e"), start) == Change::ended);
    CHECK(state.apply(begin("", "x"), start) == Change::began);
    CHECK(state.apply(stage("", "x"), start) == Change::none);
    CHECK(state.apply(stage("", "y"), start) == Change::stage);
    CHECK(state.apply(amount("", 1), start) == Change::amount);
    CHECK(state.apply(end("", ""), start) == Change::ended);
}

TEST_CASE("a text that stands long without moving numbers shows its age") {
    ProgressState state = after({begin("a", "x"), stage("a", "verifying")});
    CHECK(state.items(start + 1999ms)[0].text == "verifying");
    CHECK(state.items(start + 2s)[0].text == "verifying (2s)");
    state.apply(stage("a", "verifying"), start + 60s); // a pulse
    CHECK(state.items(start + 75s)[0].text == "verifying (1m15s)");
    state.apply(stage("a", "writing"), start + 80s);
    CHECK(state.items(start + 80s)[0].text == "writing");
    state.apply(amount("a", 0, 100), start + 80s);
    state.apply(amount("a", 50, 100), start + 90s);
    CHECK(state.items(start + 90s)[0].text == "writing"); // its speed is shown
}

TEST_CASE("the whole is shown only where it says more than the items") {
    struct Row {
        std::vector<Event> events;
        std::optional<std::string> text;
    };
    for (const Row& row : {Row{{}, {}}, Row{{begin("", "reading the store")}, "|reading the store"},
                           Row{{begin("", "x"), stage("", "y")}, "|y"}, Row{{begin("", "x"), end("", "")}, {}},
                           Row{{begin("", "x"), begin("a", "")}, {}},
                           Row{{begin("", "x"), begin("a", ""), end("a", "")}, "total|1 done"},
                           Row{{begin("", "x"), begin("a", ""), end("a", ""), stage("", "y")}, "|y"},
                           Row{{begin("a", "")}, {}}, Row{{begin("a", ""), begin("b", "")}, "total|2 running"},
                           Row{{begin("a", ""), end("a", ""), begin("b", "")}, "total|1 done, 1 running"},
                           Row{{begin("a", ""), failure("a", ""), begin("b", ""), end("b", ""), begin("c", "")},
                               "total|1 done, 1 failed, 1 running"},
                           Row{{begin("a", ""), begin("b", ""), end("a", ""), end("b", "")}, {}}}) {
        ProgressState state = after(row.events);
        const std::optional<ProgressLine> whole = state.whole(start);
        CHECK(whole.has_value() == row.text.has_value());
        if (whole && row.text) CHECK(whole->name + "|" + whole->text == *row.text);
    }
}

TEST_CASE("the whole is the sum of its items") {
    struct Row {
        const char* what;
        std::vector<Event> events;
        std::uint64_t done, total;
        std::optional<unsigned> percent;
        bool open;
    };
    const std::vector<Row> rows{
        {"both known",
         {begin("a", ""), begin("b", ""), amount("a", 10, 100), amount("b", 20, 100)},
         30,
         200,
         15,
         false},
        {"one unknown", {begin("a", ""), begin("b", ""), amount("a", 10, 100), amount("b", 20)}, 30, 0, {}, false},
        {"one has not been told of", {begin("a", ""), begin("b", ""), amount("a", 10, 100)}, 10, 0, {}, false},
        {"known from the begin",
         {begin("a", "", 100), begin("b", "", 300), amount("a", 100, 100)},
         100,
         400,
         25,
         false},
        {"ended below its total",
         {begin("a", ""), begin("b", "", 100), amount("a", 90, 100), end("a", "")},
         100,
         200,
         50,
         false},
        {"failed below its total",
         {begin("a", ""), begin("b", "", 90), amount("a", 90, 900), failure("a", "")},
         90,
         180,
         50,
         false},
        {"ended without a word", {begin("a", "", 100), begin("b", "", 100), end("a", "")}, 0, 100, 0, false},
        {"planned from the start",
         {begin("", "x", 1000), begin("a", ""), begin("b", ""), amount("a", 100, 200)},
         100,
         1000,
         10,
         false},
        {"more than planned",
         {begin("", "x", 10), begin("a", "", 100), begin("b", "", 100), amount("a", 50, 100)},
         50,
         200,
         25,
         false},
        {"told by the use case",
         {begin("", "x"), begin("a", ""), begin("b", ""), amount("a", 1, 2), amount("", 3, 4)},
         3,
         4,
         75,
         false},
        {"growing",
         {begin("a", ""), begin("b", "", 100), amount("a", 10, 100), amount("a", 10, 300)},
         10,
         400,
         2,
         true},
    };
    for (const Row& row : rows) {
        INFO(row.what);
        ProgressState state = after(row.events);
        const std::optional<ProgressLine> whole = state.whole(start);
        REQUIRE(whole);
        CHECK(whole->reading.done == ByteCount(row.done));
        CHECK(whole->reading.total == ByteCount(row.total));
        CHECK(whole->reading.percent == row.percent);
        CHECK(whole->reading.open == row.open);
    }
}

TEST_CASE("the speed of the whole is that of its items together") {
    ProgressState state = after({begin("a", ""), begin("b", ""), amount("a", 0, 100 * MB), amount("b", 0, 100 * MB)});
    state.apply(amount("a", 20 * MB, 100 * MB), start + 2s);
    state.apply(amount("b", 40 * MB, 100 * MB), start + 2s);
    const std::optional<ProgressLine> whole = state.whole(start + 2s);
    REQUIRE(whole);
    CHECK(whole->reading.per_second == ByteCount(30 * MB));
    CHECK(whole->reading.seconds_left == 5); // 140 MB at 30 MB/s
}

TEST_CASE("the percentage of the whole does not fall when another item joins") {
    ProgressState state =
        after({begin("a", "", 100), begin("b", "", 100), amount("a", 100, 100), amount("b", 50, 100)});
    CHECK(state.whole(start)->reading.percent == 75);
    state.apply(begin("c", "", 100), start);
    CHECK(state.whole(start)->reading.percent == std::nullopt);
    state.apply(amount("c", 100, 100), start);
    CHECK(state.whole(start)->reading.percent == 83);
}
