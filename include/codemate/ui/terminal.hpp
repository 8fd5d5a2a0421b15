#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace codemate::ui {

// Reads one environment variable: nullptr if unset. The program passes std::getenv, tests pass a table.
using Getenv = std::function<const char*(const char* name)>;

enum class ColourChoice { automatic, always, never };

// What is known of an output, as separate facts.
struct Terminal {
    bool interactive = false; // a terminal that can move its cursor (a tty, and TERM is not "dumb")
    bool colour = false;      // --color, NO_COLOR, CLICOLOR_FORCE, then whether it is interactive
    bool unicode = false;     // the locale's character set is UTF-8 (LC_ALL, LC_CTYPE, LANG)
    std::size_t columns = 80; // width of a terminal; 0 where there is none: never cut
};

Terminal look_at(int fd, ColourChoice, const Getenv&);

// Its width now, as it may change while the program runs: that of the terminal, else COLUMNS, else 80; 0 if fd is none.
std::size_t columns_of(int fd, const Getenv&);

// "0", "false" in any case, and empty count as unset, as CI systems write CI=false.
bool is_set(const Getenv&, const char* name);

} // namespace codemate::ui
