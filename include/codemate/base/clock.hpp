#pragma once

#include "codemate/base/time.hpp"

namespace codemate {

// The time of day and the time that never jumps. Tests wind their own.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Time now() const = 0;
    virtual SteadyTime steady() const = 0;
};

class SystemClock final : public Clock {
public:
    Time now() const override;
    SteadyTime steady() const override;
};

} // namespace codemate
