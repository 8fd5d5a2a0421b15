#pragma once

#include "codemate/base/run.hpp"
#include "codemate/ui/out.hpp"

#include <string_view>

namespace codemate::ui {

// Asks on `out`, reads a line from the file descriptor: true for "y" and "yes", in any letter case; false for all else,
// also for nothing and for the end of the input. Throws Interrupted. Whether somebody can answer is the caller's to
// know.
bool ask(std::string_view question, Out& out, int input, Stop);

// The same for what wants more thought: true only if the very word is typed.
bool ask_to_type(std::string_view word, std::string_view question, Out& out, int input, Stop);

} // namespace codemate::ui
