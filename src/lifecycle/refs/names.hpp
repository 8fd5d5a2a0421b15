#pragma once

#include "lifecycle/refs/vocabulary.hpp"

#include "codemate/lifecycle/refs.hpp"

namespace codemate::lifecycle::refs {

std::vector<ModelName> own_names(const Facts&); // declared, locked, installed; some more than once
Vocabulary vocabulary_of(const Facts&);

} // namespace codemate::lifecycle::refs
