#pragma once

#include "codemate/base/run.hpp"

#include <cstddef>
#include <string>
#include <vector>

// Values of options that only benchmark has.
namespace codemate::cli::benchmark {

// "1,2,4,8": from 1 to 256, ascending, and few enough for `runs` of each. Error{usage} otherwise.
std::vector<std::size_t> concurrency(const std::string& value, std::size_t runs);

// The prompt in a file, or on the standard input for "-", as it stands but for its last end of line. Error{usage} where
// it is empty, longer than 4 MiB or no text; Error{not_found, storage}; Interrupted.
std::string prompt(const std::string& file, const Stop&);

} // namespace codemate::cli::benchmark
