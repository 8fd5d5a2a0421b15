#pragma once

#include "codemate/lifecycle/doctor.hpp"

namespace codemate::cli {
class Wiring;
}

namespace codemate::cli::doctor {

lifecycle::doctor::Options options_of(Wiring&); // Error{usage} for --host; that of OLLAMA_HOST is a finding
// Where the use case looks, by what the command was given. What several threads of it share is made before this
// returns. They refer to the wiring.
lifecycle::doctor::Ports ports_of(Wiring&);

} // namespace codemate::cli::doctor
