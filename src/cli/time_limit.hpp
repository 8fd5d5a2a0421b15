#pragma once

#include "codemate/base/deadline.hpp"
#include "codemate/base/error.hpp"

#include <string>

namespace codemate::cli {

// --timeout: the time that a user gives a command for all that it does.
class TimeLimit {
public:
    TimeLimit(std::string timeout, Stop user); // as it was typed; Error{usage}

    Stop stop() const { return deadline_.stop(); } // the user's, too
    bool passed() const;                           // it is that, not the user, who has stopped it
    Error error() const;

private:
    std::string timeout_;
    Stop user_;
    Deadline deadline_;
};

} // namespace codemate::cli
