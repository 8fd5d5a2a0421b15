#pragma once

#include "codemate/base/run.hpp"
#include "codemate/base/time.hpp"

#include <thread>

namespace codemate {

// A stop that comes a little later than the user's: for a few quick last steps that are better finished than left half
// done, but must not hold up somebody who wants to leave when the other side hangs.
class Grace {
public:
    Grace(Stop stop, Duration period);

    Stop stop() const { return later_.get_token(); }

private:
    std::stop_source later_;
    std::jthread timer_; // ended and joined by the destructor
};

} // namespace codemate
