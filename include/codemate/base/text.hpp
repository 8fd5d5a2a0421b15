#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace codemate {

bool equal_ignoring_case(std::string_view, std::string_view);  // ASCII letters only, as Ollama folds names
int compare_ignoring_case(std::string_view, std::string_view); // likewise; below 0, 0 or above, bytes being unsigned
std::string to_lower(std::string_view);                        // ASCII letters only
std::string_view trimmed(std::string_view);                    // without ASCII white space at both ends
std::vector<std::string_view> split(std::string_view, char);   // "a,,b" has three parts; "" has one, empty

// Text from a server or a file, fit for a terminal: control characters (C0, DEL, C1) and what is not UTF-8 are shown as
// \n, \t, \x1b …, and what exceeds `limit` bytes is cut with an ellipsis. Bidirectional overrides are escaped too.
std::string printable(std::string_view, std::size_t limit = 500);

// The same in quotation marks: 'text'
std::string quoted(std::string_view, std::size_t limit = 500);
std::string quoted(const std::string&,
                   std::size_t limit = 500); // else std::quoted is the better match for a std::string
std::string quoted(const char*, std::size_t limit = 500);

// The same text, whose URLs show neither who somebody is nor what they sign with: "http://user:pw@host/a?key=x" is
// "http://…@host/a?…". For what a server or registry says; what a user shall open in a browser needs its query.
std::string without_credentials(std::string_view);

// Columns of a terminal that this UTF-8 text takes (wcwidth-like: combining 0, East Asian wide 2); control characters
// count 0.
std::size_t display_width(std::string_view);

// The text shortened to at most `width` columns by an ellipsis in the middle; whole if it fits.
std::string elided(std::string_view, std::size_t width);

// The candidate that a misspelt word most likely meant, by edit distance (swaps count once, letter case does not).
// Nothing if none is near: more than a third of the word's length away, at least one.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

// "1 model", "2 models"
std::string counted(std::size_t count, std::string_view singular);

std::string joined(std::span<const std::string>, std::string_view separator);

// "a, b and c"
std::string listed(std::span<const std::string>, std::string_view last_joint = "and");

} // namespace codemate
