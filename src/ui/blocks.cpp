#include "codemate/ui/blocks.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <utility>

namespace codemate::ui {
namespace {

constexpr std::size_t longest_cell = 1'000'000; // bytes; a line is never cut, but memory ends
constexpr std::size_t gap = 4;

using Rows = std::vector<std::vector<std::string>>;

std::vector<std::size_t> widths_of(const Rows& rows) {
    std::vector<std::size_t> widths;
    for (const std::vector<std::string>& cells : rows) {
        widths.resize(std::max(widths.size(), cells.size()));
        for (std::size_t i = 0; i + 1 < cells.size(); ++i) // a last cell makes no room for others
            widths[i] = std::max(widths[i], display_width(cells[i]));
    }
    return widths;
}

std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
    std::string text = "    ";
    for (std::size_t i = 0; i < cells.size(); ++i) {
        text += cells[i];
        const std::size_t width = display_width(cells[i]);
        if (i + 1 < cells.size()) text.append(std::max(widths[i], width) - width + gap, ' ');
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text + '\n';
}

} // namespace

void Blocks::begin(std::string title) {
    blocks_.push_back({printable(title), {}});
}

void Blocks::row(std::vector<std::string> cells) {
    for (std::string& cell : cells)
        cell = printable(cell, longest_cell);
    blocks_.back().rows.push_back(std::move(cells));
}

std::string Blocks::text(const Style& style) const {
    std::string text;
    for (const Block& block : blocks_) {
        if (block.rows.empty()) continue;
        if (!text.empty()) text += '\n';
        text += "  " + style.bold(block.title) + '\n';
        const std::vector<std::size_t> widths = widths_of(block.rows);
        for (const std::vector<std::string>& cells : block.rows)
            text += line(cells, widths);
    }
    return text;
}

} // namespace codemate::ui
