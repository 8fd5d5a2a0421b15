#include "relay/pace.hpp"

#include <algorithm>

namespace codemate::relay {

Pace::Pace(ByteCount bytes_a_second) : bucket_{std::max<std::uint64_t>(bytes_a_second.count(), 1), {}} {}

ByteCount Pace::wait_for_turn(ByteCount wanted, const Stop& stop) {
    std::unique_lock lock(mutex_);
    const ByteCount some = std::min(wanted, smooth_piece(bucket_));
    const Turn turn = take(bucket_, some, std::chrono::steady_clock::now());
    bucket_ = turn.after;
    never_.wait_until(lock, stop, turn.begins, [] { return false; });
    throw_if_stopped(stop);
    return some;
}

} // namespace codemate::relay
