#pragma once

#include "codemate/base/deadline.hpp"
#include "codemate/base/run.hpp"
#include "codemate/base/time.hpp"
#include "codemate/registry/registry.hpp"

#include <functional>
#include <memory>
#include <string>

namespace codemate::registry {

// How long a look-up is tried again that a registry fails to answer, as with 500 or 503, or cuts off.
struct Patience {
    int retries = 5;                                     // of one question, in a row
    bool one_place = false;                              // all names are asked at one place, whatever their hosts
    std::function<double()> random = [] { return 0.5; }; // from 0 to 1: spreads the waits of many clients
    std::function<void(Duration, Stop)> wait = [](Duration span, const Stop& stop) { pause(span, stop); };
    std::function<void(const std::string&)> note{}; // what is tried again: fit for a terminal; one call at a time
};
// The same registry, for where nobody else asks in codemate's place. A host that was not reached is asked no more, with
// the same Error for all that it is asked for; one that was tried again in vain is asked each question once. Both
// arguments' parts have to outlive it.
std::unique_ptr<Registry> patient(Registry&, Patience);

} // namespace codemate::registry
