#pragma once

#include "codemate/lifecycle/reinstall.hpp"

namespace codemate::lifecycle::reinstall {

// All models that have a layer of it, itself among them, as far as their images are known. Refers to the facts.
std::vector<const Facts::Model*> sharing_with(const Facts::Model&, const Facts&);

} // namespace codemate::lifecycle::reinstall
