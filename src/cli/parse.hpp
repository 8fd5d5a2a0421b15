#pragma once

#include "cli/command.hpp"
#include "cli/wiring.hpp"

#include <string>
#include <vector>

namespace codemate::cli {

// A command line, understood. Filled step by step, so that an error can still be reported as JSON and under the
// command's name.
struct Invocation {
    GlobalOptions global;
    const CommandInfo* info = nullptr; // none was named
    bool manual = false;               // `codemate help COMMAND` asks for its page
    std::unique_ptr<Command> command;
};

void declare_global(Options&, GlobalOptions&);

// Throws Error{usage}, with the nearest command or option as a hint.
void parse(const std::vector<std::string>& arguments, Invocation&);

} // namespace codemate::cli
