#include "support/catch.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/time.hpp"

using namespace codemate;
using namespace std::chrono_literals;

TEST_CASE("times as Ollama writes them") {
    struct Row {
        const char* text;
        const char* utc;
    };
    const Row row = GENERATE(
        Row{"2026-08-20T10:11:12.123456789+02:00", "2026-08-20T08:11:12.123456789Z"},
        Row{"2026-08-20T08:11:13.5Z", "2026-08-20T08:11:13.5Z"},
        Row{"2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00Z"}, Row{"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
        Row{"1969-12-31T23:59:59.9Z", "1969-12-31T23:59:59.9Z"}, Row{"2024-02-29t00:00:00z", "2024-02-29T00:00:00Z"});
    const auto time = parse_rfc3339(row.text);
    REQUIRE(time);
    CHECK(to_rfc3339(*time) == row.utc);
}

TEST_CASE("what is no time") {
    const char* text =
        GENERATE("", "2026-08-20", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z",
                 "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx", "gestern");
    CHECK_FALSE(parse_rfc3339(text));
}

TEST_CASE("Go's zero time and Ollama's for ever lie outside and are the ends") {
    CHECK(parse_rfc3339("0001-01-01T00:00:00Z") == Time::min());
    CHECK(parse_rfc3339("2318-10-04T16:05:17.4+02:00") == Time::max());
    CHECK(to_rfc3339(Time::min()) == "0001-01-01T00:00:00Z");
    CHECK(parse_rfc3339(to_rfc3339(Time::max())) == Time::max());
    CHECK(relative_to(Time{}, Time::min()) == "Never");
    CHECK(relative_to(Time{}, Time::max()) == "Forever");
}

TEST_CASE("relative times in the words of ollama list") {
    struct Row {
        Duration age;
        const char* text;
    };
    const Row row =
        GENERATE(Row{0s, "Less than a second ago"}, Row{1s, "1 second ago"}, Row{59s, "59 seconds ago"},
                 Row{60s, "About a minute ago"}, Row{119s, "About a minute ago"}, Row{150s, "2 minutes ago"},
                 Row{61min, "About an hour ago"}, Row{100min, "2 hours ago"}, Row{47h, "47 hours ago"},
                 Row{48h, "2 days ago"}, Row{24h * 13, "13 days ago"}, Row{24h * 14, "2 weeks ago"},
                 Row{24h * 59, "8 weeks ago"}, Row{24h * 60, "2 months ago"}, Row{24h * 365, "12 months ago"},
                 Row{24h * 365 * 2, "2 years ago"}, Row{-3h, "3 hours from now"});
    const Time now = *parse_rfc3339("2026-08-20T10:00:00Z");
    CHECK(relative_to(now, now - row.age) == row.text);
}

TEST_CASE("durations for people") {
    struct Row {
        Duration span;
        const char* text;
    };
    const Row row = GENERATE(Row{0ms, "0ms"}, Row{850ms, "850ms"}, Row{4230ms, "4.2s"}, Row{9999ms, "9.9s"},
                             Row{12s, "12s"}, Row{72s, "1m12s"}, Row{3600s, "1h00m"}, Row{2h + 5min, "2h05m"});
    CHECK(to_text(row.span) == row.text);
}

TEST_CASE("durations as typed") {
    CHECK(parse_duration("90s") == 90s);
    CHECK(parse_duration("90") == 90s);
    CHECK(parse_duration("1m30s") == 90s);
    CHECK(parse_duration("500ms") == 500ms);
    CHECK(parse_duration("1.5h") == 90min);
    CHECK(parse_duration("14d") == 24h * 14);
    for (const char* text : {"", "s", "-5s", "5x", "1m30", "5 s s", "1e9h", "999999999999h"}) {
        CHECK_THROWS_AS(parse_duration(text), Error);
    }
}
