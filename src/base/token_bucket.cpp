#include "codemate/base/token_bucket.hpp"

#include <algorithm>

namespace codemate {

namespace {

constexpr Duration catching_up = std::chrono::milliseconds(100);
constexpr std::uint64_t pieces_a_second = 20;
constexpr std::uint64_t smallest_piece = 512, largest_piece = 64 << 10;

Duration time_for(ByteCount bytes, std::uint64_t bytes_a_second) {
    const double seconds = static_cast<double>(bytes.count()) / static_cast<double>(bytes_a_second);
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

} // namespace

Turn take(const TokenBucket& bucket, ByteCount bytes, SteadyTime now) {
    const SteadyTime begins = std::max(bucket.free, now - catching_up);
    return {{bucket.bytes_a_second, begins + time_for(bytes, bucket.bytes_a_second)}, begins};
}

ByteCount smooth_piece(const TokenBucket& bucket) {
    return ByteCount(std::clamp(bucket.bytes_a_second / pieces_a_second, smallest_piece, largest_piece));
}

} // namespace codemate
