#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace codemate::lifecycle::refs {

// A piece of a line: a word, which is a run of the characters of model names and of paths, or one other character that
// is no white space. A colon belongs to a word where a letter, a digit or _ stands on both sides.
struct Token {
    std::size_t begin = 0, end = 0; // in the text
    bool word = false;
    bool space_before = false; // or it is the line's first
};

// The tokens of the line text[begin, end). `into` lends its memory.
void take_tokens(std::string_view text, std::size_t begin, std::size_t end, std::vector<Token>& into);

constexpr bool is_alnum(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// A word as a model's name might be written: [[host/]owner/]model[:tag].
struct Shape {
    std::size_t begin = 0, end = 0;      // in the text, without what does not belong to a name
    std::string_view family, model, tag; // the family: all before the tag; the tag is empty where there is none
    std::size_t steps = 0;               // 1: model; 2: with owner; 3: with host
    bool quoted = false;                 // whole, between two like quotation marks
    bool span = false;                   // whole, between backticks
    bool pinned = false;                 // "@sha256:" follows

    bool tagged() const { return !tag.empty(); }
};

// Nothing where the word cannot be a whole name: a path, a URL, a part of something that is put together at run time.
bool take_shape(std::string_view text, const Token&, Shape& into);

} // namespace codemate::lifecycle::refs
