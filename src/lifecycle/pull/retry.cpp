#include "lifecycle/pull/retry.hpp"

#include <algorithm>

namespace codemate::lifecycle::pull {

std::optional<Duration> Retry::next(const Error& error, bool moved, double random) {
    // What does not have its digest twice does not have it at its source.
    const bool damaged = error.kind() == Kind::damaged;
    const bool again = worth_retrying(error.kind()) && !(damaged && was_damaged_);
    was_damaged_ = damaged;
    useless_ = moved ? 0 : useless_ + 1;
    if (!again || useless_ > retries_) return std::nullopt;
    const Duration asked = error.retry_after().value_or(Duration{0});
    if (asked > longest_asked) return std::nullopt;
    const Duration grown = std::min(longest_wait, first_wait * (1 << std::clamp(useless_ - 1, 0, 10)));
    const auto spread = std::chrono::duration_cast<Duration>(grown * (0.75 + 0.5 * random));
    return std::max(spread, asked);
}

} // namespace codemate::lifecycle::pull
