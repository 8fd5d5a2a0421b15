#pragma once

#include "codemate/lifecycle/exports.hpp"

namespace codemate::cli {
class Wiring;
}

namespace codemate::cli::exporting {

// What is installed, and where it is on this machine: by a server that answers; where none does, by the directory that
// --models-dir or OLLAMA_MODELS names. Throws Error{usage} for an export in the place of a models directory, Error, and
// Interrupted.
void look_for_models(lifecycle::exports::Ports&, Wiring&);

} // namespace codemate::cli::exporting
