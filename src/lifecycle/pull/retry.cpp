#include "lifecycle/pull/retry.hpp"

#include "codemate/base/backoff.hpp"

namespace codemate::lifecycle::pull {

std::optional<Duration> Retry::next(const Error& error, bool moved, double random) {
    // What does not have its digest twice does not have it at its source.
    const bool damaged = error.kind() == Kind::damaged;
    const bool twice = damaged && was_damaged_;
    was_damaged_ = damaged;
    useless_ = moved ? 0 : useless_ + 1;
    return twice ? std::nullopt : backoff(error, useless_, retries_, random);
}

} // namespace codemate::lifecycle::pull
