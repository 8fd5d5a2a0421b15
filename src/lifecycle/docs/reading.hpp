#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// A Markdown text, line by line, as far as the checks want to know it.
namespace codemate::lifecycle::docs {

struct ReadLine {
    std::string_view text;      // without its end
    std::size_t number;         // from 1
    int level = 0;              // of a heading; 0: none
    bool fenced = false;        // in a block of code, its fences included
    std::string_view info = {}; // of that block, as its first fence says it: "bash"
    bool generated = false;     // between codemate's markers, these included
};
std::vector<ReadLine> read_lines(std::string_view document);

std::string without_code(std::string_view line); // what stands in `` ` `` becomes blanks of the same length

} // namespace codemate::lifecycle::docs
