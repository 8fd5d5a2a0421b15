#include "support/catch.hpp"

#include "codemate/http/date.hpp"

using namespace codemate;

TEST_CASE("the date of an answer") {
    CHECK(http::parse_date("Sun, 06 Nov 1994 08:49:37 GMT") == parse_rfc3339("1994-11-06T08:49:37Z"));
    CHECK(http::parse_date(" Thu, 29 Feb 2024 23:59:59 GMT ") == parse_rfc3339("2024-02-29T23:59:59Z"));
    CHECK(http::parse_date("Fri, 31 Dec 9999 23:59:59 GMT") == Time::max()); // outside 64 bits of nanoseconds
    CHECK(http::parse_date("Mon, 01 Jan 0001 00:00:00 GMT") == Time::min());
    for (const char* text :
         {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "2026-11-30T12:00:00Z",
          "Sun, 31 Feb 2026 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC",
          "Sun, 06 Nov 1994 08-49-37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT"}) {
        CAPTURE(text);
        CHECK_FALSE(http::parse_date(text));
    }
}
