#pragma once

#include "cli/options.hpp"

#include <span>
#include <string>

namespace codemate::cli {

struct NamedOptions {
    std::string command; // empty: the global ones
    const Options* options;
};

// Throws Error{usage} where an option's value is missing, empty, given twice, or given to an option that has none. That
// is said here because the library that parses has words of its own, and lets some of it pass. Of words that are no
// option nothing is said.
void check_line(std::span<const std::string> words, const Options& global, std::span<const NamedOptions> commands);

// The command that is named; empty: none.
std::string command_in(std::span<const std::string> words, const Options& global,
                       std::span<const NamedOptions> commands);

// Whether that flag is given, and not as another option's value.
bool is_given(std::span<const std::string> words, const std::string& flag, const Options& global,
              std::span<const NamedOptions> commands);

} // namespace codemate::cli
