#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

// What happens inside, for -v and --log-file. The one global of codemate: a sink, set up in main, silent until then.
namespace codemate::diagnostics {

enum class Level { debug, info, warning };

struct Options {
    int verbosity = 0;              // 0: nothing on stderr; 1: info; 2 and more: debug
    std::filesystem::path log_file; // empty: none; everything goes there, with times
    bool colour = false;
    std::function<std::string(std::string_view)> shown{}; // what to say instead of a text; empty: the text itself
};

void start(const Options&); // throws Error{storage} where the log file cannot be opened
bool wanted(Level);         // ask before building a costly text
void say(Level, std::string_view text);

inline void debug(std::string_view text) {
    say(Level::debug, text);
}
inline void info(std::string_view text) {
    say(Level::info, text);
}
inline void warning(std::string_view text) {
    say(Level::warning, text);
}

} // namespace codemate::diagnostics
