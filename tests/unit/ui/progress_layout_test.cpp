#include "support/catch.hpp"
#include "ui/progress_layout.hpp"

#include "codemate/base/text.hpp"

using namespace codemate;
using namespace codemate::ui;

namespace {

constexpr std::uint64_t MB = 1'000'000;

ProgressLine pulling() {
    return {"qwen2.5-coder:7b",
            "pulling 3f1c0a9be2d4",
            {ByteCount(1800 * MB), ByteCount(4100 * MB), false, 43, ByteCount(35 * MB), 65}};
}

} // namespace

TEST_CASE("lines stand in common columns, numbers at the right") {
    const std::vector<ProgressLine> lines{
        pulling(),
        {"phi4:14b", "pulling manifest", {}},
        {"total", "2 running", {ByteCount(9 * MB), ByteCount(), false, {}, ByteCount(2 * MB), {}}}};
    CHECK(lay_out(lines, 200, Style(false)) ==
          std::vector<std::string>{"qwen2.5-coder:7b   pulling 3f1c0a9be2d4   43%  1.8 GB/4.1 GB   35 MB/s   1m05s",
                                   "phi4:14b           pulling manifest",
                                   "total              2 running                            9 MB    2 MB/s"});
}

TEST_CASE("on a narrow terminal what says least gives way first") {
    const std::vector<std::pair<std::size_t, std::string>> rows{
        {78, "qwen2.5-coder:7b   pulling 3f1c0a9be2d4   43%  1.8 GB/4.1 GB   35 MB/s   1m05s"},
        {77, "qwen2.5-coder:7b   pulling 3…c0a9be2d4   43%  1.8 GB/4.1 GB   35 MB/s   1m05s"},
        {70, "qwen2.5-coder:7b   pullin…be2d4   43%  1.8 GB/4.1 GB   35 MB/s   1m05s"},
        {65, "qwen2.5-coder:7b   pullin…be2d4   43%  1.8 GB/4.1 GB   35 MB/s"},
        {55, "qwen2.5-coder:7b   pullin…be2d4   43%  1.8 GB/4.1 GB"},
        {45, "qwen2.5-coder:7b   43%  1.8 GB/4.1 GB"},
        {30, "qwen2.5-coder:7b   43%"},
        {15, "qwen…r:7b   43%"},
        {9, "q…b   43%"},
        {8, "qwen…:7b"},
        {1, "…"},
    };
    for (const auto& [width, text] : rows) {
        INFO(width);
        CHECK(lay_out({pulling()}, width, Style(false)) == std::vector<std::string>{text});
    }
}

TEST_CASE("no line is wider than asked for, at any width, also with wide characters") {
    ProgressLine wide = pulling();
    wide.name = "模型/模型模型:最新";
    wide.text = "正在下载";
    for (std::size_t width = 1; width < 120; ++width) {
        for (const std::string& line : lay_out({pulling(), wide, {"", std::string(300, 'x'), {}}}, width, Style(false)))
            CHECK(display_width(line) <= width);
    }
}

TEST_CASE("names are bold where there is colour, and take no more room") {
    CHECK(lay_out({{"phi4", "x", {}}}, 20, Style(true)) == std::vector<std::string>{"\x1b[1mphi4\x1b[0m   x"});
    CHECK(lay_out({}, 20, Style(true)).empty());
}

TEST_CASE("an amount reads as far as it is known") {
    struct Row {
        Reading reading;
        std::string text;
    };
    for (const Row& row : {Row{{}, ""}, Row{{ByteCount(5 * MB), {}, false, {}, {}, {}}, "5 MB"},
                           Row{{ByteCount(), ByteCount(5 * MB), false, 0, {}, {}}, "0%  0 B/5 MB"},
                           Row{{ByteCount(MB), ByteCount(5 * MB), true, {}, ByteCount(0), {}}, "1 MB/5 MB+  0 B/s"},
                           Row{pulling().reading, "43%  1.8 GB/4.1 GB  35 MB/s  1m05s left"}}) {
        CHECK(reading_text(row.reading) == row.text);
    }
}

TEST_CASE("a text without an item stands alone") {
    CHECK(labelled("qwen3:8b", "pulled") == "qwen3:8b: pulled");
    CHECK(labelled("", "pulled") == "pulled");
    CHECK(labelled("qwen3:8b", "") == "qwen3:8b");
}

TEST_CASE("long texts are wrapped at spaces, else anywhere") {
    using Lines = std::vector<std::string>;
    CHECK(wrapped("one two three", 13) == Lines{"one two three"});
    CHECK(wrapped("one two three", 9) == Lines{"one two", "three"});
    CHECK(wrapped("one two three", 7) == Lines{"one two", "three"});
    CHECK(wrapped("abcdefgh", 3) == Lines{"abc", "def", "gh"});
    CHECK(wrapped("模型模型", 5) == Lines{"模型", "模型"});
    CHECK(wrapped("模型", 1) == Lines{"模", "型"}); // cannot be narrower
    CHECK(wrapped("", 5).empty());
    CHECK(wrapped("cannot pull this model: the server does not answer", 30) ==
          Lines{"cannot pull this model: the", "    server does not answer"});
    CHECK(wrapped("   x", 2) == Lines{"", "x"});
}

TEST_CASE("without UTF-8 nothing but ASCII is left") {
    CHECK(ascii_only("qwen…7b 模e\xcc\x81\x1b[1m") == "qwen~7b ?e?\x1b[1m");
}

TEST_CASE("the rows of a line in a narrower window") {
    struct Row {
        std::string line;
        std::size_t columns, rows;
    };
    const Row row =
        GENERATE(Row{"", 5, 1}, Row{"abcde", 5, 1}, Row{"abcdef", 5, 2}, Row{"abcdefghijk", 5, 3},
                 Row{"\x1b[1mabcde\x1b[0m", 5, 1}, Row{"模型模", 6, 1}, Row{"模型模", 5, 2}, Row{"a模型模", 6, 2},
                 Row{"e\xcc\x81"
                     "fghi",
                     5, 1},
                 Row{"模", 1, 2}, Row{"\x1b[1", 5, 1});
    CHECK(rows_of(row.line, row.columns) == row.rows);
}
