#pragma once

#include "codemate/lifecycle/show.hpp"

namespace codemate::lifecycle::show {

// The model in the directory, if what is there is what the server lists; else nullptr.
const store::Entry* stored(const Facts&, const ollama::Installed*);

} // namespace codemate::lifecycle::show
