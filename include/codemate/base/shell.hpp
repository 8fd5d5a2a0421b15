#pragma once

#include <string>
#include <string_view>

// For command lines that are printed, to be copied into a POSIX shell.
namespace codemate {

bool needs_no_quotes(std::string_view word); // it means itself to a shell; not so an empty one

std::string shell_word(const std::string& word); // as one word, in quotation marks where it needs them

} // namespace codemate
