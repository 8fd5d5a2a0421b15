#pragma once

#include "codemate/lifecycle/use.hpp"

namespace codemate::lifecycle::use {

// Whether the vectors of the project's store come from another model than before.
bool makes_vectors(const Facts&, const manifest::Manifest& after);

// Whether the store was built with the model that has the role then, by what stands in it: the model that all its
// collections record, or else the dimension of the vectors that the lock remembers of that model.
bool is_store_of_new(const Facts&, const manifest::Manifest& after);

// What follows from the change, whose rest stands in the plan already. Pure.
std::vector<Consequence> consequences(const Facts&, const manifest::Manifest& after, const Plan&);

} // namespace codemate::lifecycle::use
