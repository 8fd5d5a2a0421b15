#pragma once

#include "codemate/lifecycle/pull.hpp"

namespace codemate::lifecycle::pull {

// Carries out one step: pull or copy to its name, compare with its pin, go back where that is not what came, record a
// first use. Always returns an item; what
// went wrong, or that it was stopped, stands in it. Tells of its progress, from begin to end.
Item transfer(const Step&, const Plan&, const Ports&, const Run&);

} // namespace codemate::lifecycle::pull
