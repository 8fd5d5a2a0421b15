#include "download/ledger.hpp"
#include "support/catch.hpp"

#include "codemate/base/error.hpp"

using namespace codemate;
using download::Ledger;
using registry::ByteRange;

namespace {

// Blocks of 64 bytes, parts of two, a window of two parts; the last part has one block of 10 bytes.
Ledger small() {
    return Ledger({522, 128, 64, 256});
}

} // namespace

TEST_CASE("a blob is dealt out part by part, as far as the window goes") {
    Ledger ledger = small();
    CHECK(ledger.blocks() == 9);
    CHECK(ledger.range_of(8) == ByteRange{512, 10});
    CHECK(ledger.parts_missing() == 5);
    CHECK(ledger.take()->range == ByteRange{0, 128});
    CHECK(ledger.take()->range == ByteRange{128, 128});
    CHECK_FALSE(ledger.take());
    ledger.hashed(1);
    CHECK_FALSE(ledger.take()); // the third part ends beyond it still
    ledger.hashed(2);
    CHECK(ledger.take()->range == ByteRange{256, 128});
    ledger.hashed(9);
    CHECK(ledger.take()->range == ByteRange{384, 128});
    CHECK(ledger.take()->range == ByteRange{512, 10});
    CHECK_FALSE(ledger.take());
}

TEST_CASE("what is there is not asked for, and what was given back is") {
    Ledger ledger = small();
    ledger.add(1);
    ledger.add(1); // twice counts once
    ledger.add(3);
    CHECK(ledger.bytes() == ByteCount(128));
    const auto first = ledger.take();
    REQUIRE(first);
    CHECK(first->range == ByteRange{0, 64});
    CHECK(ledger.take()->range == ByteRange{128, 64});
    ledger.give_back(*first);
    CHECK(ledger.take()->range == ByteRange{0, 64});
    CHECK_FALSE(ledger.next_is_there());
    ledger.add(0);
    CHECK(ledger.next_is_there());
    for (std::uint64_t block = 0; block < ledger.blocks(); ++block)
        ledger.add(block);
    CHECK(ledger.complete());
    CHECK(ledger.parts_missing() == 0);
    CHECK_FALSE(ledger.take());
}

TEST_CASE("two holes in one part are two stretches, one after the other") {
    Ledger ledger({256, 256, 64, 256});
    ledger.add(1);
    const auto first = ledger.take();
    CHECK(first->range == ByteRange{0, 64});
    CHECK_FALSE(ledger.take());
    ledger.add(0);
    ledger.give_back(*first);
    CHECK(ledger.take()->range == ByteRange{128, 128});
}

TEST_CASE("a window always lets the next part in") {
    Ledger ledger({1000, 128, 64, 128});
    for (std::uint64_t block = 0; block < ledger.blocks(); ++block) {
        if (const auto stretch = ledger.take())
            ledger.give_back(*stretch);
        else
            FAIL("nothing to do at block " << block);
        ledger.add(block);
        ledger.hashed(block + 1);
    }
    CHECK(ledger.complete());
}

TEST_CASE("an empty blob is complete, and sizes that do not fit are a defect") {
    CHECK(Ledger({0, 128, 64, 256}).complete());
    CHECK_THROWS_AS(Ledger({1, 100, 64, 256}), Error);
    CHECK_THROWS_AS(Ledger({1, 100, 50, 256}), Error);
    CHECK_THROWS_AS(Ledger({1, 128, 64, 64}), Error);
    CHECK_THROWS_AS(Ledger({1, 64, 128, 256}), Error);
}
