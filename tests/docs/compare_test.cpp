#include "docs/compare.hpp"
#include "support/catch.hpp"

using namespace codemate::test::docs;

TEST_CASE("what differs from run to run does not count") {
    struct Row {
        std::string line, steady;
    };
    const Row row =
        GENERATE(Row{"mistral:latest  e5fe97df5608    605 KB    Less than a second ago    yes",
                     "mistral:latest e5fe97df5608 SIZE AGO yes"},
                 Row{"x 2 minutes ago", "x AGO"}, Row{"x About an hour ago, y", "x AGO, y"},
                 Row{"2 models: 2 pulled; 1.4 MB fetched in 183ms", "2 models: 2 pulled; SIZE fetched in TIME"},
                 Row{"took 1m05s (12.5 MB/s)", "took TIME (SIZE)"}, Row{"at 2026-01-31T10:00:00Z.", "at DATE."},
                 Row{"on http://127.0.0.1:34567/x, not http://127.0.0.1:11434",
                     "on http://127.0.0.1:PORT/x, not http://127.0.0.1:11434"},
                 Row{"as mistral:latest.codemate-20261130t121923z-e5fe97df5608 for",
                     "as mistral:latest.codemate-TIME-e5fe97df5608 for"},
                 Row{"speed: decode +0 % a token (480ms)", "speed: decode +SIZE a token (TIME)"},
                 Row{"24.8 ms", "SIZE"}, Row{"✓ ok  x", "ok x"}, Row{"– skipped", "skipped"},
                 Row{"for 14 days, 3 of 5", "for 14 days, 3 of 5"}, Row{"qwen2.5-coder:7b", "qwen2.5-coder:7b"},
                 Row{"4096 tokens", "4096 tokens"}, Row{"5m of it 7b", "TIME of it 7b"});
    CHECK(steady_line(row.line) == row.steady);
}

TEST_CASE("where figures vary, no number counts") {
    CHECK(steady_line("decode 12.5 tokens/s at 97 %", Figures::vary) == "decode N tokens/s at SIZE");
    CHECK(output_difference({"1 a"}, {"2 a"}, Figures::vary) == "");
    CHECK(output_difference({"1 a"}, {"2 a"}) != "");
}

TEST_CASE("an output is compared line by line, and … stands for any lines") {
    using Lines = std::vector<std::string>;
    CHECK(output_difference({"a", "b"}, {"a", "b"}) == "");
    CHECK(output_difference({"a", "…"}, {"a", "x", "y"}) == "");
    CHECK(output_difference({"…", "c"}, {"a", "b", "c"}) == "");
    CHECK(output_difference({"a", "…", "c"}, {"a", "c"}) == "");
    CHECK(output_difference({"…"}, Lines{}) == "");
    CHECK(output_difference({"ok  server …"}, {"ok server at x"}) == "");
    CHECK(output_difference({"ok  server …"}, {"no server at x"}) != "");
    CHECK(output_difference({"a"}, {"b"}) == "the page has:    a\nthe program says: b");
    CHECK(output_difference({"a"}, Lines{}) == "the page goes on: a");
    CHECK(output_difference(Lines{}, {"a"}) == "the program goes on: a");
    CHECK(output_difference({"a", "…", "c"}, {"a", "b"}) == "the page goes on: c");
    CHECK(output_difference({"…", "c"}, {"c", "d"}) == "the program goes on: d");
}

TEST_CASE("the text of a picture is that of its last frame") {
    const std::string svg =
        "<svg>\n<g class=\"frame\">\n<text y=\"1\"><tspan>old</tspan></text>\n</g>\n"
        "<g class=\"frame\">\n<text y=\"1\"><tspan x=\"0\">$ codemate</tspan><tspan>a &lt; b &amp;amp;</tspan></text>\n"
        "<text y=\"2\"></text>\n</g>\n</svg>\n";
    const std::vector<std::string> lines = picture_text(svg);
    REQUIRE(lines.size() == 2);
    CHECK(steady_line(lines[0]) == "$ codemate a < b &amp;");
    CHECK(lines[1].empty());
    CHECK(picture_text("<svg/>").empty());
}

TEST_CASE("a picture of a page knows the headings of that page") {
    using Lines = std::vector<std::string>;
    CHECK(
        headings_of("<h1>A <b>b</b></h1><h3 class=x>Run by run</h3><h3>Run by run</h3><caption>Of 12 runs</caption>") ==
        Lines{"A b", "Of N runs", "Run by run"});
    const std::string png("\x89PNG....\0\0\0\x0EtEXtcodemate\0A b\nC.CRC", 34);
    CHECK(headings_in_picture(png) == Lines{"A b", "C"});
    CHECK(headings_in_picture("\x89PNG").empty());
}
