#include "support/catch.hpp"

#include "codemate/checkout/files.hpp"

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
        {"*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaab", false}, // would be slow: says nothing
    };
    for (const Row& row : rows) {
        CAPTURE(row.rules, row.path);
        CHECK(IgnoreRules::parse(row.rules).ignores(row.path) == row.ignored);
    }
}
