#pragma once

#include "codemate/base/time.hpp"

namespace codemate::cli {

class Wiring;

// Asks the server until it answers: while nothing listens, and while it has taken the connection but does not answer
// yet, as when it starts (facts.md 1.6). Throws its last Error when the time has passed, Interrupted.
void wait_for_server(Duration, Wiring&);

} // namespace codemate::cli
