#include "support/catch.hpp"

#include "codemate/base/text.hpp"
#include "codemate/ui/table.hpp"

using codemate::display_width;
using codemate::split;
using codemate::ui::Table;

namespace {

Table models() {
    Table table({{"NAME", Table::Cut::middle}, {"ID"}, {"ROLE"}});
    table.add({"qwen2.5-coder:7b-instruct-q4_K_M", "0123456789ab", "primary"});
    table.add({"nomic-embed-text:latest", "ba9876543210", ""});
    return table;
}

std::size_t widest(const std::string& text) {
    std::size_t width = 0;
    for (const std::string_view line : split(text, '\n'))
        width = std::max(width, display_width(line));
    return width;
}

} // namespace

TEST_CASE("a table is aligned, four spaces apart, with no space at the end of a line") {
    CHECK(models().text() == "NAME                                ID              ROLE\n"
                             "qwen2.5-coder:7b-instruct-q4_K_M    0123456789ab    primary\n"
                             "nomic-embed-text:latest             ba9876543210\n");
}

TEST_CASE("a table without rows is its heading; one without columns is an empty line") {
    CHECK(Table({{"NAME"}, {"ID"}}).text() == "NAME    ID\n");
    CHECK(Table({}).text() == "\n");
}

TEST_CASE("only the columns that allow it are cut, in the middle, to the width asked for") {
    const std::string text = models().text(50);
    CHECK(widest(text) == 50);
    CHECK(text == "NAME                       ID              ROLE\n"
                  "qwen2.5-cod…ruct-q4_K_M    0123456789ab    primary\n"
                  "nomic-embed-text:latest    ba9876543210\n");
}

TEST_CASE("a table is never cut where there is no width, and not below what is worth reading") {
    CHECK(models().text(0) == models().text());
    CHECK(models().text(1000) == models().text());
    CHECK(models().text(1) == models().text(5));
    CHECK(models().text(1).find("0123456789ab    primary") != std::string::npos);
    const std::string longest(20'000, 'x');
    Table table({{"NAME"}});
    table.add({longest});
    CHECK(table.text().find(longest) != std::string::npos);
}

TEST_CASE("columns are aligned by display width") {
    Table table({{"A"}, {"B"}});
    table.add({"模型", "1"});
    table.add({"e\xcc\x81", "2"}); // e and a combining acute
    CHECK(table.text() == "A       B\n模型    1\ne\xcc\x81       2\n");
}

TEST_CASE("cells are made printable, missing ones are empty") {
    Table table({{"A"}, {"B"}});
    table.add({"a\x1b[31m\nb"});
    CHECK(table.text() == "A               B\na\\x1b[31m\\nb\n");
}

TEST_CASE("of several columns that may be cut the widest gives way first") {
    Table table({{"NAME", Table::Cut::middle}, {"WHY", Table::Cut::middle}});
    table.add({"short-name", "a role of the manifest that is long"});
    CHECK(table.text(30) == "NAME          WHY\n"
                            "short-name    a role o…is long\n");
    table.add({"abcdefghijklmnopqrstuvwxyz", "short"});
    CHECK(table.text(30) == "NAME             WHY\n"
                            "short-name       a role…s long\n"
                            "abcdef…uvwxyz    short\n");
}

TEST_CASE("as Markdown a table has no alignment, and no text in it is markup") {
    Table table({{"MODEL"}, {"WHY", Table::Cut::middle}});
    table.add({"a:Q4_0", "one | two *three* <b>"});
    table.add({"b", "line\nbreak"});
    CHECK(table.markdown() == "| MODEL | WHY |\n"
                              "| --- | --- |\n"
                              "| a:Q4_0 | one \\| two \\*three\\* &lt;b> |\n"
                              "| b | line\\\\nbreak |\n");
    CHECK(Table({{"NAME"}}).markdown() == "| NAME |\n| --- |\n");
}
