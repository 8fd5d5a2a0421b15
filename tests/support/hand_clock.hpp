#pragma once

#include "codemate/base/clock.hpp"

namespace codemate::test {

// Stands still until it is wound. Begins at 2026-11-22T12:00:00Z.
class HandClock final : public Clock {
public:
    HandClock() = default;
    explicit HandClock(Time now) : now_(now) {}

    Time now() const override { return now_; }
    SteadyTime steady() const override { return steady_; }

    void advance(Duration span) {
        now_ += span;
        steady_ += span;
    }
    // The time of day alone, as when somebody sets it.
    void set(Time now) { now_ = now; }

private:
    Time now_ = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(12);
    SteadyTime steady_{std::chrono::hours(1)};
};

} // namespace codemate::test
