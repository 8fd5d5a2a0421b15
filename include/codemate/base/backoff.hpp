#pragma once

#include "codemate/base/error.hpp"
#include "codemate/base/time.hpp"

#include <optional>

namespace codemate {

constexpr Duration longest_backoff = std::chrono::seconds(60);    // but for what is asked for, and before it is spread
constexpr Duration longest_asked_wait = std::chrono::minutes(10); // that the other side may ask to wait

// After an attempt that ended in this error, the `useless`th in a row that brought nothing: how long to wait before the
// next one. A second, twice as long each time up to longest_backoff, spread by a quarter to both sides (`random`: 0 to
// 1, so that many clients do not come back at once), and never less than the other side asks for. Nothing: it is given
// up, as after more than `retries`, for what trying again does not help, or for who asks to wait too long. Pure.
std::optional<Duration> backoff(const Error&, int useless, int retries, double random);

} // namespace codemate
