#include "codemate/base/shell.hpp"

namespace codemate {

bool needs_no_quotes(std::string_view word) {
    constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%";
    return !word.empty() && word.find_first_not_of(safe) == std::string_view::npos;
}

std::string shell_word(const std::string& word) {
    if (needs_no_quotes(word)) return word;
    std::string quoted = "'";
    for (const char c : word)
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

} // namespace codemate
