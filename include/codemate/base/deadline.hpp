#pragma once

#include "codemate/base/run.hpp"
#include "codemate/base/time.hpp"

#include <thread>

namespace codemate {

// A stop that comes with the user's or after a time, whichever is first: for a wait that is not worth more.
class Deadline {
public:
    Deadline(Stop stop, Duration period);

    Stop stop() const { return source_.get_token(); }

private:
    std::stop_source source_;
    std::jthread timer_; // ended and joined by the destructor
};

// Waits for that long. Throws Interrupted at once when stopped.
void pause(Duration, const Stop&);

} // namespace codemate
