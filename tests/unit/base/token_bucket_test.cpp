#include "support/catch.hpp"

#include "codemate/base/token_bucket.hpp"

using namespace codemate;
using namespace codemate;
using namespace std::chrono_literals;

namespace {

constexpr SteadyTime start{std::chrono::hours(1)};

} // namespace

TEST_CASE("bytes go when those before them have gone") {
    TokenBucket bucket{1000, start};
    Turn turn = take(bucket, ByteCount(500), start);
    CHECK(turn.begins == start);
    CHECK(turn.after.free == start + 500ms);
    turn = take(turn.after, ByteCount(250), start); // another one, at the same time
    CHECK(turn.begins == start + 500ms);
    CHECK(turn.after.free == start + 750ms);
    turn = take(turn.after, ByteCount(1000), start + 700ms);
    CHECK(turn.begins == start + 750ms);
    CHECK(turn.after.free == start + 1750ms);
}

TEST_CASE("who comes late catches up a little, and what nobody took is no credit") {
    const TokenBucket bucket{1000, start};
    CHECK(take(bucket, ByteCount(10), start + 40ms).begins == start);
    CHECK(take(bucket, ByteCount(10), start + 10s).begins == start + 10s - 100ms);
    CHECK(take(TokenBucket{1000, {}}, ByteCount(10), start).begins == start - 100ms);
}

TEST_CASE("over ten seconds the rate is kept within five percent, however late everybody wakes") {
    const std::uint64_t rate = GENERATE(std::uint64_t{3'000}, std::uint64_t{5'000'000}, std::uint64_t{10'000'000'000});
    const auto late = GENERATE(0us, 300us, 20ms);
    TokenBucket bucket{rate, start};
    SteadyTime now = start;
    std::uint64_t sent = 0;
    std::uint64_t most_in_a_step = 0;
    while (now < start + 10s) {
        const ByteCount piece = smooth_piece(bucket);
        const Turn turn = take(bucket, piece, now);
        bucket = turn.after;
        if (turn.begins > now) now = turn.begins + late;
        sent += piece.count();
        most_in_a_step = std::max(most_in_a_step, piece.count());
    }
    const double expected = 10.0 * static_cast<double>(rate);
    CHECK(static_cast<double>(sent) < 1.05 * expected);
    CHECK(static_cast<double>(sent) > 0.95 * expected);
    CHECK(most_in_a_step <= std::max<std::uint64_t>(rate / 5, 512));
}
