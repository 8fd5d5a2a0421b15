#pragma once

#include <cstddef>
#include <string_view>

namespace codemate::lifecycle::refs {

// CHANGELOG.md, HISTORY, NEWS.rst, RELEASES-2025.txt: what was, and stays as it was. Told by the name; programs
// (history.py) are none.
bool tells_of_the_past(std::string_view path);

// Where the part ends that `codemate docs` makes anew and whose first line, "<!-- codemate:begin NAME -->", begins
// here: behind the line of its end. `at` itself where none begins, or where it has no end.
std::size_t end_of_generated(std::string_view text, std::size_t at);

} // namespace codemate::lifecycle::refs
