#pragma once

#include <cstddef>
#include <string>

namespace codemate::ui {

// A remark on a place in a file, which GitHub Actions shows beside that line of a pull request.
struct Annotation {
    enum class Level { error, warning };
    Level level = Level::error;
    std::string file;                 // absolute, or relative to the workspace
    std::size_t line = 0, column = 0; // from 1; 0: not known
    std::string text;
};

// One line for Out::write_command(), with its line end.
std::string workflow_command(const Annotation&);

} // namespace codemate::ui
