#pragma once

#include "cli/command.hpp"

#include <string>
#include <vector>

// What the declarations of commands and options say, in the pieces that help, manual and completion are made of.
namespace codemate::cli {

struct Entry {
    std::string left, right; // "--sort KEY" and what it means
};

std::string spelled(const Option&);   // "-q, --quiet", "--sort KEY", "--gate[=10%]"
std::string explained(const Option&); // its help, and the choices

enum class Part { arguments, options };
std::vector<Entry> entries(const Options&, Part);

Options declared_options(const CommandInfo&); // to be read only: nothing may be parsed into them
Options global_options();                     // likewise

std::string usage(const CommandInfo&, const Options&); // "codemate pull [options] [TARGET…]"
const std::vector<Entry>& environment_table();
std::vector<Entry> status_entries();
std::vector<Entry> example_entries(const CommandInfo&); // the line, and its comment

std::vector<Group> groups_in_order();

} // namespace codemate::cli
