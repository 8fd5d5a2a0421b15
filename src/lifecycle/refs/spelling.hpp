#pragma once

#include <cstddef>
#include <string_view>

// Pure questions about single words.
namespace codemate::lifecycle::refs {

// Changes of one letter (a swap of neighbours is one) that make one word the other; anything above `limit` is limit
// + 1.
std::size_t distance(std::string_view, std::string_view, std::size_t limit);

// One may be a slip of the pen for the other: few letters differ, and not the digits alone (llama3 is not llama2).
bool is_near(std::string_view written, std::string_view meant);

// "7b", "8x7b-instruct", "latest", "q4_0": what libraries call their tags, unlike ports, times and image versions.
bool is_usual_tag(std::string_view);

// "model-name", "your-model": stands for a name.
bool is_placeholder(std::string_view model, std::string_view tag);

} // namespace codemate::lifecycle::refs
