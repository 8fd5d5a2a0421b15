#pragma once

#include "codemate/lifecycle/verify.hpp"

namespace codemate::lifecycle::verify {

// Reads every blob of the subjects once, but for those that are remembered to be good, and remembers what it found.
Content read_content(const Facts&, const Store&, const Options&, const Ports&, const Run&);

} // namespace codemate::lifecycle::verify
