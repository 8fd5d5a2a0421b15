#include "codemate/base/backoff.hpp"

#include <algorithm>

namespace codemate {
namespace {

constexpr Duration first_wait = std::chrono::seconds(1);

} // namespace

std::optional<Duration> backoff(const Error& error, int useless, int retries, double random) {
    if (!worth_retrying(error.kind()) || useless > retries) return std::nullopt;
    const Duration asked = error.retry_after().value_or(Duration{0});
    if (asked > longest_asked_wait) return std::nullopt;
    const Duration grown = std::min(longest_backoff, first_wait * (1 << std::clamp(useless - 1, 0, 10)));
    return std::max(std::chrono::duration_cast<Duration>(grown * (0.75 + 0.5 * random)), asked);
}

} // namespace codemate
