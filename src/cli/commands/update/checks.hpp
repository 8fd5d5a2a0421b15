#pragma once

#include "codemate/base/time.hpp"
#include "codemate/lifecycle/update.hpp"

#include <functional>
#include <string>
#include <vector>

namespace codemate::cli {

class Wiring;

namespace update {

using Checks = std::function<std::vector<lifecycle::update::Check>(const lifecycle::update::Candidate&, const Run&)>;

// Its layers on the disk, read whole, where the server's models directory is in reach.
Checks content_check(Wiring&);

// The project's own tests: each command by the shell, with the candidate's name in its environment, one after the other
// until one fails.
Checks project_checks(std::vector<std::string> commands, Duration patience, Wiring&);

// Beside what was measured of the model before, where there is such a thing: Error-free, and failed where a token takes
// more than `share` longer beyond noise. `wanted`: no verdict is a failure. What is measured is remembered under the
// model's name where it passes.
Checks speed_check(double share, bool wanted, Wiring&);

} // namespace update
} // namespace codemate::cli
