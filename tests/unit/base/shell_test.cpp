#include "support/catch.hpp"

#include "codemate/base/shell.hpp"

using codemate::shell_word;

TEST_CASE("a word for a shell means itself, whatever stands in it") {
    CHECK(shell_word("chroma_db/a-b.c:1,2@%+=") == "chroma_db/a-b.c:1,2@%+=");
    CHECK(shell_word("") == "''");
    CHECK(shell_word("a b") == "'a b'");
    CHECK(shell_word("$(rm -rf ~)") == "'$(rm -rf ~)'");
    CHECK(shell_word("it's") == "'it'\\''s'");
    CHECK(shell_word("a\nb") == "'a\nb'");
}
