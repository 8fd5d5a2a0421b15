#include "support/catch.hpp"

#include "codemate/base/base64.hpp"

using namespace codemate;

TEST_CASE("base64 in both directions") {
    struct Row {
        std::string bytes, text;
    };
    const std::vector<Row> rows = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xff\xfe\xfb", "//77"},
        {std::string("\0\0", 2), "AAA="},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(to_base64(row.bytes) == row.text);
        CHECK(from_base64(row.text) == row.bytes);
        CHECK(from_base64(row.text.substr(0, row.text.find('='))) == row.bytes); // padding may be missing
    }
}

TEST_CASE("what is no base64") {
    for (const std::string text : {"A", "AAAAA", "Zm9v!", "Zm 9v", "Zg==Zg", "\xc3\xa4\xc3\xa4", "Zm9v-_"}) {
        CAPTURE(text);
        CHECK_FALSE(from_base64(text));
    }
}
