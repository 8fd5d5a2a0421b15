#pragma once

#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"

#include <optional>
#include <string>
#include <vector>

namespace codemate::cli::pull {

// What a lock asks for, and no tag confirms.
struct Unconfirmed {
    std::vector<std::string> reasons; // a line a model: why; none: there is nothing to consent to
    std::string question;
    bool is_answered = false; // by --yes, or --locked
    bool from_one_place = false;
};

// Why it must not be done, if so: a lock is a file that anyone may send. Error{refused} is thrown where the answer is
// no, and returned where nobody can be asked, so that the plan is shown then.
std::optional<Error> objection_to(const Unconfirmed&, Wiring&);

// Of the steps of a plan that want a consent, for Unconfirmed::reasons.
template<typename Steps>
std::vector<std::string> reasons_to_ask(const Steps& steps) {
    std::vector<std::string> reasons;
    for (const auto& step : steps) {
        if (step.wants_consent) reasons.push_back(step.name.display() + ": " + step.reason);
    }
    return reasons;
}

} // namespace codemate::cli::pull
