#include "cli/values.hpp"
#include "support/catch.hpp"

#include "codemate/base/error.hpp"

using namespace codemate;

TEST_CASE("rates") {
    const auto parsed = [](const char* text) { return cli::rate("--limit-rate", text).count(); };
    CHECK(parsed("5MB/s") == 5'000'000);
    CHECK(parsed("500k") == 500'000);
    CHECK(parsed("500K/s") == 500'000);
    CHECK(parsed("1MiB/s") == 1'048'576);
    CHECK(parsed("2.5 MB/s") == 2'500'000);
    CHECK(parsed("1g") == 1'000'000'000);
    CHECK(parsed("1000") == 1000);
}

TEST_CASE("what is no rate is said to be none, with the form of one") {
    const auto* text = GENERATE("0", "0MB/s", "", "/s", "fast", "-5MB/s", "5MB/h", "5 Mbit/s", "k", "0.1");
    CAPTURE(text);
    try {
        cli::rate("--limit-rate", text);
        FAIL("taken for a rate");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::usage);
        CHECK(error.message().starts_with("--limit-rate: "));
        CHECK(error.hint() == "as in 5MB/s, 500k, 1MiB/s");
    }
}
