#pragma once

#include "cli/command.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace codemate::cli {

struct ManualPage {
    std::string file; // "codemate-pull.1"
    std::string text; // roff, with the man macros
};

// docs/man: codemate(1) and a page for each command, from the declarations that --help and docs/cli.md are made of.
std::vector<ManualPage> manual_pages();
ManualPage manual_page(const CommandInfo&); // one of them

// A text as roff shows it, letter for letter and never as a request: backslashes, hyphens that people copy, quotation
// marks, what is not ASCII, a dot at the beginning of a line. `code` in backquotes becomes bold.
std::string roff(std::string_view);

} // namespace codemate::cli
