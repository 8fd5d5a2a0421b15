#pragma once

#include "codemate/ui/terminal.hpp"

#include <string>

namespace codemate::cli {

// Has `man` show a page (roff) on this process's terminal, and waits until the reader has left it. False where nothing
// was shown: there is no `man`, or none that shows a page from its standard input (man-db and mandoc do), or the one
// that Ubuntu puts into images without manuals, which only says so; or MANPAGER or PAGER names no program, of which man
// would complain.
bool shown_by_man(const std::string& page, const ui::Getenv&);

} // namespace codemate::cli
