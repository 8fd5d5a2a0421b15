#pragma once

#include "codemate/lifecycle/update.hpp"

namespace codemate::lifecycle::update {

// One step of the plan, whatever becomes of it.
Item carry_out(const Step&, const Options&, const Ports&, const Run&);

} // namespace codemate::lifecycle::update
