#pragma once

#include "codemate/lifecycle/pull.hpp"

#include <string>
#include <vector>

namespace codemate::lifecycle::pull {

// Where the content of a model may be, best first. With Options::from: the model's own name, then its `from`, both at
// that one place.
std::vector<ModelName> places_of(const ModelName&, const manifest::Manifest&, const Options&);

std::string where(const Options&); // as messages call what Options::from names; empty without it

} // namespace codemate::lifecycle::pull
