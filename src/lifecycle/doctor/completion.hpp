#pragma once

#include "codemate/lifecycle/doctor.hpp"

namespace codemate::lifecycle::doctor {

// By $SHELL, and by the files that its shells read.
Completion find_completion(const Environment&, const Ports&);

} // namespace codemate::lifecycle::doctor
