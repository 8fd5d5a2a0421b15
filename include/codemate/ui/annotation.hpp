#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace codemate::ui {

// A line for the runner of GitHub Actions (Out::write_command) that shows a mistake beside its line of a file, which is
// named as seen from the checkout's root. Line 0: of the whole file.
std::string error_annotation(std::string_view file, std::size_t line, std::string_view text);

} // namespace codemate::ui
