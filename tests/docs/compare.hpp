#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace codemate::test::docs {

enum class Figures { stay, vary };

// A line of output without what differs from run to run: sizes, shares, durations, ages, rates, times, ports, the time
// in the name of a snapshot become words for them, and several spaces one; a terminal's marks (✓) go, words say the
// same. With Figures::vary all numbers go.
std::string steady_line(std::string_view, Figures = Figures::stay);

// Whether the output is what the page shows, by steady_line; a line "…" stands for any lines, also none,
// and "…" at the end of a line for any rest of it. Empty: it is; else the first line that differs.
std::string output_difference(const std::vector<std::string>& page, const std::vector<std::string>& output,
                              Figures = Figures::stay);

// The text of a picture made by scripts/make-pictures.py, line by line, of its last frame.
std::vector<std::string> picture_text(std::string_view svg);

// The headings of a page of HTML (h1, h2, h3, caption), each once, sorted, with all numbers made the same.
std::vector<std::string> headings_of(std::string_view html);

// The same of the page that a PNG was taken of, as scripts/make-pictures.py writes them into it.
std::vector<std::string> headings_in_picture(std::string_view png);

} // namespace codemate::test::docs
