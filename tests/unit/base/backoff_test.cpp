#include "support/catch.hpp"

#include "codemate/base/backoff.hpp"

#include <string>

using namespace codemate;
using namespace std::chrono_literals;

TEST_CASE("how long to wait grows, is spread, and is never less than what is asked") {
    const Error cut(Kind::unreachable, "cut"), busy(Kind::busy, "later");
    const auto asks = [&](Duration span) { return Error(busy).retry_after(span); };
    struct Row {
        const char* what;
        Error error;
        int useless, retries;
        double random;
        std::optional<Duration> wait;
    };
    for (const Row& row : {
             Row{"one that brought something", cut, 0, 5, 0.5, 1s},
             {"the first", cut, 1, 5, 0.5, 1s},
             {"the second", cut, 2, 5, 0.5, 2s},
             {"the third", cut, 3, 5, 0.5, 4s},
             {"a quarter less", cut, 3, 5, 0, 3s},
             {"a quarter more", cut, 5, 5, 1, 20s},
             {"too often", cut, 6, 5, 0.5, {}},
             {"without retries", cut, 1, 0, 0.5, {}},
             {"it grows so far", cut, 20, 50, 0.5, longest_backoff},
             {"and is spread there", cut, 1000, 1001, 1, longest_backoff * 5 / 4},
             {"nothing is asked for", busy, 2, 5, 0.5, 2s},
             {"more is asked for", asks(90s), 1, 5, 0.5, 90s},
             {"less is asked for", asks(0s), 2, 5, 0.5, 2s},
             {"the most", asks(longest_asked_wait), 1, 5, 1, longest_asked_wait},
             {"beyond reason", asks(longest_asked_wait + 1s), 1, 5, 0.5, {}},
             {"asked, and too often", asks(1s), 6, 5, 0.5, {}},
         }) {
        INFO(row.what);
        CHECK(backoff(row.error, row.useless, row.retries, row.random) == row.wait);
    }
}

TEST_CASE("what is tried again is what its kind says") {
    for (const Kind kind : {Kind::unreachable, Kind::busy, Kind::damaged, Kind::not_found, Kind::unauthorised,
                            Kind::forbidden, Kind::storage, Kind::protocol, Kind::usage}) {
        INFO(to_string(kind));
        CHECK(backoff(Error(kind, "x"), 1, 5, 0.5).has_value() == worth_retrying(kind));
    }
}
