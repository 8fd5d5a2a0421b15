#pragma once

#include "ui/progress_state.hpp"

#include "codemate/ui/style.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// How progress reads as text. Pure.
namespace codemate::ui {

// "42%  1.8 GB/4.1 GB  35 MB/s  1m05s left", as far as known; "4.1 GB+" is a total that may still grow.
std::string reading_text(const Reading&);

// "qwen3:8b: text", or the text alone where there is no item.
std::string labelled(std::string_view item, std::string_view text);

// One line each, in common columns, no wider than `width` (at least 1): what says least gives way first.
std::vector<std::string> lay_out(const std::vector<ProgressLine>&, std::size_t width, const Style&);

// The text broken at spaces, else anywhere, into lines no wider than `width`, further ones indented.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

// How many rows a line takes, which may be styled, in a window that need not have been as narrow when it was drawn.
std::size_t rows_of(std::string_view line, std::size_t columns);

// For terminals that are not UTF-8: an ellipsis becomes "~", what else is not ASCII "?"; never wider than before.
std::string ascii_only(std::string_view);

} // namespace codemate::ui
