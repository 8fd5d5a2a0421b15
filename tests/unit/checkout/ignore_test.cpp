#include "support/catch.hpp"

#include "codemate/checkout/files.hpp"

#include <stop_token>
#include <string>
#include <vector>

using codemate::checkout::IgnoreRules;

TEST_CASE("a subset of gitignore's patterns") {
    struct Row {
        const char* rules;
        const char* path;
        bool ignored;
    };
    const Row rows[] = {
        {"", "a.md", false},
        {"# a.md\n\n", "a.md", false},
        {"a.md", "a.md", true},
        {"a.md\r\n", "docs/old/a.md", true},
        {"a.md", "ba.md", false},
        {"/a.md", "docs/a.md", false},
        {"/a.md", "a.md", true},
        {"*.md", "docs/a.md", true},
        {"*.md", "docs/a.mdx", false},
        {"a?.md", "a1.md", true},
        {"a?.md", "a.md", false},
        {"docs/", "docs/a.md", true},
        {"docs/", "src/docs/a.md", true},
        {"docs/", "docs", false}, // a file of that name is no directory
        {"docs", "docs/deep/a.md", true},
        {"docs/*.md", "docs/a.md", true},
        {"docs/*.md", "docs/deep/a.md", false}, // a star stays within a step
        {"docs/*.md", "other/docs/a.md", false},
        {"docs/**/a.md", "docs/a.md", true},
        {"docs/**/a.md", "docs/x/y/a.md", true},
        {"**/old/a.md", "x/old/a.md", true},
        {"docs/**", "docs/x/a.md", true},
        {"*.md\n!keep.md", "keep.md", false},
        {"!keep.md\n*.md", "keep.md", true}, // the last one decides
        {"docs/\n!docs/keep.md", "docs/keep.md", true},
        {"\\!a", "!a", true},
        {"*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaab", true}, // any number of stars
        {"*.tar.*", "a.tar.tar.gz", true},                               // the last star is tried again
        // ** within a step is *.
        {"**x", "a.md", false},
        {"**x", "d/ax", true},
        {"***x", "a.md", false},
        {"d**x", "da/x", false},
        {"**", "d/a.md", true},
        {"d/**", "d", false},
        {"**/a/**/b/*.md", "x/a/a/y/b/b/c.md", true},
        {"a/**/b/**/c", "a/b/x/b", false},
        {"[a-c]*.yml", "b1.yml", true},
        {"[a-c]*.yml", "d1.yml", false},
        {"[!a-c]1", "d1", true},
        {"[^a-c]1", "a1", false},
        {"x[]-]y", "x]y", true},
        {"x[\\]]y", "x]y", true},
        {"x[a-]y", "x-y", true},
        {"d[/]a", "d/a", false},
        {"\\[a]", "[a]", true},
    };
    for (const Row& row : rows) {
        CAPTURE(row.rules, row.path);
        CHECK(IgnoreRules::parse(row.rules).ignores(row.path) == row.ignored);
    }
}

TEST_CASE("a pattern that is not supported is told with its line") {
    const IgnoreRules rules =
        IgnoreRules::parse("a.md\n\nb[.md\n[[:alpha:]]\nc\\\n" + std::string(1001, 'x') + "\n\\[d\n");
    std::vector<std::string> told;
    for (const IgnoreRules::Unsupported& line : rules.unsupported())
        told.push_back(std::to_string(line.line) + " " + line.why);
    CHECK(told == std::vector<std::string>{"3 its [ has no ]",
                                           "4 names of classes, such as [:alpha:], are not supported",
                                           "5 nothing stands behind its \\", "6 it is longer than 1000 characters"});
    CHECK(rules.unsupported()[0].pattern == "b[.md");
    CHECK(rules.ignores("a.md"));
    CHECK_FALSE(rules.ignores("b[.md"));
}

// Both would take longer than anybody waits if a star that failed were tried in all ways.
TEST_CASE("no pattern takes long, and a stop is seen between them") {
    std::string stars, steps, path;
    for (int i = 0; i < 300; ++i) {
        stars += "a*";
        steps += "**/";
        path += "a/";
    }
    CHECK_FALSE(IgnoreRules::parse(stars + "b").ignores(std::string(4000, 'a')));
    CHECK_FALSE(IgnoreRules::parse("x\n" + steps + "b").ignores(path + "a"));
    std::stop_source source;
    source.request_stop();
    CHECK_THROWS_AS(IgnoreRules::parse("a").ignores("b", source.get_token()), codemate::Interrupted);
}
