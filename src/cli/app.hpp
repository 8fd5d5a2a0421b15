#pragma once

#include <string>
#include <vector>

namespace codemate::cli {

// The whole program behind main: understands the arguments (without the program's name), runs the command, reports what
// went wrong. Returns the exit status; throws nothing.
int run_program(const std::vector<std::string>& arguments);

} // namespace codemate::cli
