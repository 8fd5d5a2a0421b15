#pragma once

#include <cstddef>
#include <string>

namespace codemate::ui {

// A remark that GitHub Actions shows on the page of a run, and beside its line of a pull request where it has one.
struct Annotation {
    enum class Level { error, warning };
    Level level = Level::error;
    std::string file;                 // absolute, or relative to the workspace; empty: it is about no file
    std::size_t line = 0, column = 0; // from 1; 0: not known
    std::string text;
};

// One line for Out::write_command(), with its line end.
std::string workflow_command(const Annotation&);

} // namespace codemate::ui
