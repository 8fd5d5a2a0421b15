#pragma once

#include "codemate/lifecycle/benchmark.hpp"

namespace codemate::lifecycle::benchmark {

// One model, from not being loaded to its last warm run. What fails and what is stopped is in the item.
Item measure(const Step&, const Options&, const Ports&, const Run&);

// Leaves in the server's memory what was there before, as far as it can be told. Returns what could not be done.
std::vector<std::string> restore(const Plan&, const Ports&, Stop);

// Until the model is out of memory. Throws Error{failed} if it does not go.
void unload(const ModelName&, const std::optional<Digest>&, const Ports&, const Stop&);

} // namespace codemate::lifecycle::benchmark
