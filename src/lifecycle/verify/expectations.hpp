#pragma once

#include "codemate/lifecycle/verify.hpp"

namespace codemate::lifecycle::verify {

// Adds what does not hold of the manifest's `expect`. What cannot be told without loading the model is left out.
void judge_expectations(Row&, const Subject&, const ollama::Running*);

} // namespace codemate::lifecycle::verify
