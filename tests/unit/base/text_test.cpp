#include "support/catch.hpp"

#include "codemate/base/text.hpp"

using namespace codemate;

TEST_CASE("printable text has no control characters and is valid UTF-8") {
    struct Row {
        std::string text, shown;
    };
    const Row row =
        GENERATE(Row{"plain", "plain"}, Row{"Käse 模型", "Käse 模型"}, Row{"a\nb\tc\r", "a\\nb\\tc\\r"},
                 Row{"\x1b[31mred", "\\x1b[31mred"}, Row{std::string("nul\0!", 5), "nul\\x00!"}, Row{"\x7f", "\\x7f"},
                 Row{"\xc2\x9b", "\\x9b"}, Row{"\xff\xfe", "\\xff\\xfe"},
                 Row{"\xe2\x80\xae"
                     "abc",
                     "\\u202eabc"},
                 Row{"\xc0\xaf", "\\xc0\\xaf"}, Row{"\xed\xa0\x80", "\\xed\\xa0\\x80"}, Row{"\xe6\xa8", "\\xe6\\xa8"});
    CHECK(printable(row.text) == row.shown);
}

TEST_CASE("URLs show neither user info nor query") {
    struct Row {
        std::string text, shown;
    };
    const Row row =
        GENERATE(Row{"", ""}, Row{"no URL: a@b?c", "no URL: a@b?c"}, Row{"http://host:1/a/b", "http://host:1/a/b"},
                 Row{"http://user:pw@host/a?key=x", "http://…@host/a?…"},
                 Row{"sends to 'https://u@h'.", "sends to 'https://…@h'."},
                 Row{"Get \"http://u:p@h/v2/?sig=s&x=1\": EOF", "Get \"http://…@h/v2/?…\": EOF"},
                 Row{"http://u:p@w@h http://v:q@i", "http://…@h http://…@i"}, Row{"//u:p@h/x", "//…@h/x"},
                 Row{"https://h?a=http://u:p@i/, and more", "https://h?…, and more"},
                 Row{"is it http://h/a?", "is it http://h/a?"},
                 Row{"https://h/owner/model@sha256:1", "https://h/owner/model@sha256:1"}, Row{"http://@h", "http://@h"},
                 Row{"http://u:p@", "http://…@"}, Row{"a//b", "a//b"}, Row{"//", "//"}, Row{"///", "///"},
                 Row{"http://?", "http://?"}, Row{"HTTP://U:Käse@h/模型?模", "HTTP://…@h/模型?…"},
                 Row{"http://u:p@h\\@i/", "http://…@h\\@i/"}, Row{"x://a//u:p@h", "x://a//u:p@h"},
                 Row{"http://h/a#t?k=1", "http://h/a#t?…"});
    CHECK(without_credentials(row.text) == row.shown);
}

TEST_CASE("long text is cut") {
    CHECK(printable("abcdef", 6) == "abcdef");
    CHECK(printable("abcdefg", 6) == "abcdef…");
    CHECK(quoted("abc", 2) == "'ab…'");
    CHECK(printable("ab模", 3) == "ab…"); // never within a character
}

TEST_CASE("display width") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("模型") == 4);
    CHECK(display_width("e\xcc\x81") == 1);
    CHECK(display_width("\x1b") == 0);
}

TEST_CASE("elided in the middle") {
    CHECK(elided("abcdefgh", 8) == "abcdefgh");
    CHECK(elided("abcdefgh", 5) == "ab…gh");
    CHECK(elided("abcdefgh", 4) == "ab…h");
    CHECK(elided("abcdefgh", 1) == "…");
    CHECK(elided("abcdefgh", 0).empty());
    CHECK(elided("模型模型", 5) == "模…型");
    for (std::size_t width = 0; width < 12; ++width)
        CHECK(display_width(elided("a模bc型def模", width)) <= width);
}

TEST_CASE("the nearest word") {
    const std::vector<std::string> words{"default", "all-free", "mistral:latest", "pull", "prune"};
    CHECK(nearest("defualt", words) == "default");
    CHECK(nearest("DEFAULT", words) == "default");
    CHECK(nearest("mistrl:latest", words) == "mistral:latest");
    CHECK(nearest("pul", words) == "pull");
    CHECK(nearest("prnue", words) == "prune");
    CHECK_FALSE(nearest("benchmark", words));
    CHECK_FALSE(nearest(std::string(100'000, 'x'), words));
}

TEST_CASE("small helpers") {
    CHECK(trimmed(" \t a b \n") == "a b");
    CHECK(trimmed("  ").empty());
    CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
    CHECK(split("", ',').size() == 1);
    CHECK(equal_ignoring_case("Q4_K_M", "q4_k_m"));
    CHECK_FALSE(equal_ignoring_case("a", "ab"));
    CHECK(compare_ignoring_case("B", "a") > 0);
    CHECK(compare_ignoring_case("aB", "Ab") == 0);
    CHECK(compare_ignoring_case("A", "ab") < 0);
    CHECK(compare_ignoring_case("ab", "A") > 0);
    CHECK(compare_ignoring_case("z", "\xc3") < 0);
    CHECK(compare_ignoring_case("", "") == 0);
    CHECK(counted(1, "model") == "1 model");
    CHECK(counted(0, "model") == "0 models");
    CHECK(listed(std::vector<std::string>{"a"}) == "a");
    CHECK(listed(std::vector<std::string>{"a", "b", "c"}, "or") == "a, b or c");
}
