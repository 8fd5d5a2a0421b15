#include "sandbox/answer.hpp"
#include "support/catch.hpp"

using codemate::sandbox::tokens_of;
using Tokens = std::vector<std::string>;

TEST_CASE("tokens: a beginning, up to four letters of a word with the space before it, everything else alone") {
    CHECK(tokens_of("") == Tokens{"<s>"});
    CHECK(tokens_of("the code") == Tokens{"<s>", "the", " code"});
    CHECK(tokens_of("hello world") == Tokens{"<s>", "hell", "o", " worl", "d"});
    CHECK(tokens_of("[12] a") == Tokens{"<s>", "[", "1", "2", "]", " a"});
}
