#include "support/catch.hpp"

#include "codemate/base/bytes.hpp"
#include "codemate/base/error.hpp"

using namespace codemate;

TEST_CASE("byte counts print as ollama prints them") {
    struct Row {
        std::uint64_t count;
        const char* text;
    };
    // The values of facts.md 6.4.
    const Row row =
        GENERATE(Row{0, "0 B"}, Row{1, "1 B"}, Row{999, "999 B"}, Row{1000, "1 KB"}, Row{1024, "1.0 KB"},
                 Row{1500, "1.5 KB"}, Row{999'999, "999 KB"}, Row{2'000'000'000, "2 GB"}, Row{2'040'000'000, "2.0 GB"},
                 Row{4'683'087'561, "4.7 GB"}, Row{9'960'000'000, "10.0 GB"}, Row{12'900'000'000, "12 GB"},
                 Row{1'000'000'000'000, "1 TB"}, Row{UINT64_MAX, "18446744 TB"});
    CHECK(to_string(ByteCount(row.count)) == row.text);
}

TEST_CASE("sizes are read with decimal and binary units") {
    struct Row {
        const char* text;
        std::uint64_t count;
    };
    const Row row =
        GENERATE(Row{"0", 0}, Row{"1000", 1000}, Row{"10GB", 10'000'000'000}, Row{"4.7 GB", 4'700'000'000},
                 Row{" 512MiB ", 536'870'912}, Row{"1kib", 1024}, Row{"3B", 3}, Row{"2tb", 2'000'000'000'000});
    CHECK(ByteCount::parse(row.text).count() == row.count);
}

TEST_CASE("what is no size is refused") {
    const char* text = GENERATE("", "GB", "-1GB", "10 XB", "1e3", "10GB!", "nan", "inf", "99999999999TB");
    CHECK_THROWS_AS(ByteCount::parse(text), Error);
}

TEST_CASE("arithmetic on byte counts neither wraps nor overflows") {
    CHECK(ByteCount(3) - ByteCount(5) == ByteCount(0));
    CHECK(ByteCount(UINT64_MAX) + ByteCount(5) == ByteCount(UINT64_MAX));
}
