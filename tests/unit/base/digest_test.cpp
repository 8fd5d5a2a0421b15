#include "support/catch.hpp"

#include "codemate/base/digest.hpp"

#include <string>
#include <vector>

using namespace codemate;

namespace {
const std::string of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // FIPS 180-2, B.1
}

TEST_CASE("SHA-256 of known texts") {
    CHECK(Digest::of("").hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(Digest::of("abc").hex() == of_abc);
}

TEST_CASE("SHA-256 piece by piece, and the object starts anew") {
    Sha256 hash;
    hash.update("a");
    hash.update("");
    hash.update("bc");
    CHECK(hash.finish().hex() == of_abc);
    hash.update("abc");
    CHECK(hash.finish().hex() == of_abc);
}

TEST_CASE("digests are read in the three spellings") {
    for (const std::string& prefix : std::vector<std::string>{"sha256:", "sha256-", ""}) {
        const auto digest = Digest::parse(prefix + of_abc);
        REQUIRE(digest);
        CHECK(digest->text() == "sha256:" + of_abc);
        CHECK(digest->id() == "ba7816bf8f01");
    }
    CHECK(Digest::parse("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")->hex() == of_abc);
}

TEST_CASE("what servers send in a digest's place is none") {
    for (const std::string& text :
         std::vector<std::string>{"sha256:model", "0000000000000000000", "", of_abc + "0", "sha512:" + of_abc,
                                  "sha256:" + of_abc.substr(1), of_abc.substr(0, 63) + "g"}) {
        CHECK_FALSE(Digest::parse(text));
    }
}
