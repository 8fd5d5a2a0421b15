#pragma once

#include "codemate/lifecycle/pull.hpp"

namespace codemate::lifecycle::pull {

// Finds out what the pull will take and what there is, as far as that is known soon: adds offers, present, storage,
// memory and running to facts that are complete otherwise. Reads only; what cannot be found out is no failure.
void look_ahead(Facts&, const Options&, const Ports&, const Run&);

} // namespace codemate::lifecycle::pull
