#pragma once

#include <string>
#include <string_view>

namespace codemate::test {

// Compares a text with the file tests/data/golden/<name> and says the first line that differs; empty: the same. With
// CODEMATE_ACCEPT set in the environment the file is rewritten instead, and the result says so: such a run is no proof.
std::string golden_difference(std::string_view name, std::string_view text);

// The same for any file of the source tree, such as docs/cli.md.
std::string file_difference(std::string_view path_in_source, std::string_view text);

} // namespace codemate::test
