#include "support/catch.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/sha256_midstate.hpp"

#include <random>
#include <string>

using namespace codemate;

namespace {

std::string noise(std::size_t size) {
    std::minstd_rand random(7);
    std::string text(size, '\0');
    for (char& byte : text)
        byte = static_cast<char>(random() >> 8U);
    return text;
}

} // namespace

TEST_CASE("SHA-256 goes on from a state that was written down") {
    const std::string text = noise(1000);
    for (const std::size_t cut : {0U, 64U, 128U, 640U, 960U}) {
        ResumableSha256 first;
        first.update(std::string_view(text).substr(0, cut));
        const ResumableSha256::Midstate midstate = first.midstate();
        CHECK(midstate.length == cut);
        ResumableSha256 second(midstate);
        CHECK(second.midstate() == midstate);
        second.update(std::string_view(text).substr(cut, 10));
        second.update(std::string_view(text).substr(cut + 10));
        CHECK(second.length() == text.size());
        CHECK(second.finish() == Digest::of(text));
        CHECK(second.finish() == Digest::of(text)); // it is still there
    }
    CHECK(ResumableSha256().finish() == Digest::of(""));
}

TEST_CASE("lengths beyond 512 MiB, where the bits need a second word, are kept") {
    ResumableSha256::Midstate far = ResumableSha256::initial();
    far.length = std::uint64_t{3} << 32U;
    ResumableSha256 hash(far);
    hash.update(std::string(64, 'x'));
    CHECK(hash.midstate().length == far.length + 64);
    ResumableSha256 near;
    near.update(std::string(64, 'x'));
    CHECK(hash.finish() != near.finish()); // the length is hashed, too
    CHECK(hash.midstate().hash == near.midstate().hash);
}

TEST_CASE("there is no state within a block") {
    ResumableSha256 hash;
    hash.update("abc");
    CHECK_THROWS_AS(hash.midstate(), Error);
    ResumableSha256::Midstate wrong;
    wrong.length = 3;
    CHECK_THROWS_AS(ResumableSha256(wrong), Error);
}
