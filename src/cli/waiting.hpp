#pragma once

#include "codemate/base/deadline.hpp"

#include <optional>

namespace codemate::cli {

class Wiring;

// What a user gives a command in time: the stop of all that it waits for.
class TimeLimit {
public:
    TimeLimit(std::optional<Duration> span, Stop user);

    Stop stop() const { return deadline_ ? deadline_->stop() : user_; }
    bool passed() const; // it is that, not the user, who has stopped it

private:
    Stop user_;
    std::optional<Deadline> deadline_;
};

// Asks the server until it answers: while nothing listens, and while it has taken the connection but does not answer
// yet, as when it starts (facts.md 1.6). Throws its last Error when the time has passed, Interrupted.
void wait_for_server(Duration, const Stop&, Wiring&);

} // namespace codemate::cli
