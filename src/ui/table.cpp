#include "codemate/ui/table.hpp"

#include "codemate/base/text.hpp"
#include "codemate/ui/markup.hpp"

#include <algorithm>
#include <optional>

namespace codemate::ui {
namespace {

constexpr std::size_t gap = 4;
constexpr std::size_t longest_cell = 1'000'000; // bytes; what is piped into a script is never cut, but memory ends
constexpr std::size_t least_cut_width = 8;      // a name cut further says nothing

std::size_t total_width(const std::vector<std::size_t>& widths) {
    std::size_t sum = widths.empty() ? 0 : gap * (widths.size() - 1);
    for (const std::size_t width : widths)
        sum += width;
    return sum;
}

std::size_t least_width(const Table::Column& column) {
    return std::max(least_cut_width, display_width(column.heading));
}

// The widest column that may become narrower still.
std::optional<std::size_t> widest_to_cut(const std::vector<Table::Column>& columns,
                                         const std::vector<std::size_t>& widths) {
    std::optional<std::size_t> widest;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].cut == Table::Cut::no || widths[i] <= least_width(columns[i])) continue;
        if (!widest || widths[i] > widths[*widest]) widest = i;
    }
    return widest;
}

// A table that cannot be made narrow enough stays too wide: a wrapped line is better than a lost column.
void fit(const std::vector<Table::Column>& columns, std::vector<std::size_t>& widths, std::size_t limit) {
    while (total_width(widths) > limit) {
        const std::optional<std::size_t> widest = widest_to_cut(columns, widths);
        if (!widest) return;
        --widths[*widest];
    }
}

std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
    std::string text;
    std::size_t owed = 0; // spaces, written only where a text follows
    for (std::size_t i = 0; i < widths.size(); ++i) {
        const std::string cell = elided(cells[i], widths[i]);
        if (!cell.empty()) {
            text.append(owed, ' ');
            text += cell;
            owed = 0;
        }
        owed += widths[i] - display_width(cell) + gap;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text + '\n';
}

std::string markdown_line(const std::vector<std::string>& cells) {
    std::string text = "|";
    for (const std::string& cell : cells)
        text += " " + markdown_escaped(cell) + " |";
    return text + "\n";
}

} // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::add(std::vector<std::string> cells) {
    cells.resize(columns_.size());
    for (std::string& cell : cells)
        cell = printable(cell, longest_cell);
    rows_.push_back(std::move(cells));
}

std::string Table::text(std::size_t columns) const {
    std::vector<std::string> headings;
    std::vector<std::size_t> widths;
    for (const Column& column : columns_) {
        headings.push_back(column.heading);
        widths.push_back(display_width(column.heading));
    }
    for (const std::vector<std::string>& row : rows_) {
        for (std::size_t i = 0; i < widths.size(); ++i)
            widths[i] = std::max(widths[i], display_width(row[i]));
    }
    if (columns > 0) fit(columns_, widths, columns);
    std::string text = line(headings, widths);
    for (const std::vector<std::string>& row : rows_)
        text += line(row, widths);
    return text;
}

std::string Table::markdown() const {
    std::vector<std::string> headings;
    std::string rule = "|";
    for (const Column& column : columns_) {
        headings.push_back(column.heading);
        rule += " --- |";
    }
    std::string text = markdown_line(headings) + rule + "\n";
    for (const std::vector<std::string>& row : rows_)
        text += markdown_line(row);
    return text;
}

} // namespace codemate::ui
