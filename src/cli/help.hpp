#pragma once

#include "cli/command.hpp"

#include <string>

namespace codemate::cli {

std::string help_text();                   // of the program
std::string help_text(const CommandInfo&); // of one command
std::string reference();                   // docs/cli.md, from the same declarations

} // namespace codemate::cli
