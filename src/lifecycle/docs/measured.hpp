#pragma once

#include "codemate/lifecycle/docs.hpp"

namespace codemate::lifecycle::docs {

// The figures of a measurement, as the history keeps them.
manifest::MeasuredSpeed figures_of(const state::Benchmark&);

// What the history has, and what this machine has measured since of the models that are declared: of a locked model
// only its locked content. The latest counts of the same model, content, hardware and context.
std::vector<manifest::MeasuredSpeed> merged(const Facts&, const std::vector<state::Benchmark>& here,
                                            std::size_t& recorded);

} // namespace codemate::lifecycle::docs
