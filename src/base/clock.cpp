#include "codemate/base/clock.hpp"

namespace codemate {

Time SystemClock::now() const {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}
SteadyTime SystemClock::steady() const {
    return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
}

} // namespace codemate
