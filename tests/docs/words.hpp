#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace codemate::test::docs {

// The words of each call of codemate in a line of shell, without the word "codemate": also behind `&&`, `|`, variables,
// and a program that runs another (`sudo`, `docker run`). A comment is none. Quotes are taken off.
std::vector<std::vector<std::string>> calls_of_codemate(std::string_view line);

// Why the program would not understand that call: an unknown command or option; empty: it would. Brackets and bars of a
// synopsis do not count.
std::string misunderstood(std::vector<std::string> words);

} // namespace codemate::test::docs
