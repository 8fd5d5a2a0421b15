#include "ui/progress_layout.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>

namespace codemate::ui {
namespace {

enum Column : std::size_t { name, text, percent, amount, speed, left, column_count };

using Cells = std::array<std::string, column_count>;
using Widths = std::array<std::size_t, column_count>;

// Numbers keep their place while their width changes: "9 MB/s" and "999 MB/s" take the same.
constexpr Widths least_width{0, 0, 4, 0, 8, 6};
constexpr std::size_t gap = 2;
constexpr std::size_t gap_after_name = 3;

// What gives way on a narrow terminal, in this order; `least` 0 takes the column away.
struct Concession {
    Column column;
    std::size_t least;
};
constexpr std::array<Concession, 9> concessions{
    {{text, 12}, {name, 20}, {left, 0}, {speed, 0}, {text, 0}, {amount, 0}, {name, 3}, {percent, 0}, {name, 1}}};

std::string amount_text(const Reading& reading) {
    if (reading.empty()) return {};
    if (reading.total == ByteCount()) return to_string(reading.done);
    return to_string(reading.done) + "/" + to_string(reading.total) + (reading.open ? "+" : "");
}

Cells cells_of(const ProgressLine& line) {
    const Reading& reading = line.reading;
    return {line.name.empty() ? line.text : line.name,
            line.name.empty() ? std::string() : line.text,
            reading.percent ? std::to_string(*reading.percent) + "%" : "",
            amount_text(reading),
            reading.per_second ? to_string(*reading.per_second) + "/s" : "",
            reading.seconds_left ? seconds_text(*reading.seconds_left) : ""};
}

Widths natural_widths(const std::vector<Cells>& rows) {
    Widths widths{};
    for (const Cells& row : rows) {
        for (std::size_t i = 0; i < column_count; ++i) {
            if (!row[i].empty()) widths[i] = std::max({widths[i], least_width[i], display_width(row[i])});
        }
    }
    return widths;
}

std::size_t total_width(const Widths& widths) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < column_count; ++i) {
        if (widths[i] > 0) sum += (sum == 0 ? 0 : i == text ? gap_after_name : gap) + widths[i];
    }
    return sum;
}

Widths fitted(const Widths& natural, std::size_t limit) {
    Widths widths = natural;
    for (const Concession& concession : concessions) {
        const std::size_t total = total_width(widths);
        if (total <= limit) break;
        std::size_t& width = widths[concession.column];
        const std::size_t over = total - limit;
        const std::size_t wanted = width > over ? width - over : 0;
        width = concession.least == 0 ? 0 : std::min(width, std::max(wanted, concession.least));
    }
    const std::size_t total = total_width(widths);
    if (total < limit) widths[name] = std::min(natural[name], widths[name] + (limit - total));
    return widths;
}

std::string row_text(const Cells& cells, const Widths& widths, const Style& style) {
    std::string line;
    std::size_t owed = 0; // spaces, written only where something follows
    for (std::size_t i = 0; i < column_count; ++i) {
        if (widths[i] == 0) continue;
        if (i > name) owed += i == text ? gap_after_name : gap;
        const std::string cell = elided(cells[i], widths[i]);
        const std::size_t rest = widths[i] - display_width(cell);
        if (i >= percent) owed += rest; // numbers stand at the right
        if (!cell.empty()) {
            line.append(owed, ' ');
            line += i == name ? style.bold(cell) : cell;
            owed = 0;
        }
        if (i < percent) owed += rest;
    }
    return line;
}

bool begins_code_point(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
}

// The length of the beginning that fits, whole code points, at least one.
std::size_t fitting_length(std::string_view text, std::size_t width) {
    std::size_t length = 0;
    std::size_t used = 0;
    while (length < text.size()) {
        std::size_t next = length + 1;
        while (next < text.size() && !begins_code_point(text[next]))
            ++next;
        used += display_width(text.substr(length, next - length));
        if (used > width && length > 0) break;
        length = next;
    }
    return length;
}

} // namespace

std::string reading_text(const Reading& reading) {
    Cells cells = cells_of({"", "", reading});
    if (!cells[left].empty()) cells[left] += " left";
    std::string text;
    for (const std::string& cell : cells) {
        if (!cell.empty()) text += (text.empty() ? "" : "  ") + cell;
    }
    return text;
}

std::string labelled(std::string_view item, std::string_view text) {
    if (item.empty() || text.empty()) return std::string(item) + std::string(text);
    return std::string(item) + ": " + std::string(text);
}

std::vector<std::string> lay_out(const std::vector<ProgressLine>& lines, std::size_t width, const Style& style) {
    std::vector<Cells> rows;
    rows.reserve(lines.size());
    for (const ProgressLine& line : lines)
        rows.push_back(cells_of(line));
    const Widths widths = fitted(natural_widths(rows), width);
    std::vector<std::string> result;
    result.reserve(rows.size());
    for (const Cells& row : rows)
        result.push_back(row_text(row, widths, style));
    return result;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
    std::vector<std::string> lines;
    std::string indent;
    while (!text.empty()) {
        const std::size_t room = width - indent.size();
        std::size_t length = fitting_length(text, room);
        if (length < text.size()) {
            const std::size_t space = text.rfind(' ', length);
            if (space != std::string_view::npos && !trimmed(text.substr(0, space)).empty()) length = space;
        }
        std::string line(text.substr(0, length));
        line.erase(line.find_last_not_of(' ') + 1);
        lines.push_back(indent + line);
        text.remove_prefix(length);
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        if (width > 20) indent = "    ";
    }
    return lines;
}

std::size_t rows_of(std::string_view line, std::size_t columns) {
    std::size_t rows = 1;
    std::size_t column = 0;
    while (!line.empty()) {
        if (line.front() == '\x1b') { // what Style paints with
            line.remove_prefix(std::min(line.find('m'), line.size() - 1) + 1);
            continue;
        }
        std::size_t length = 1;
        while (length < line.size() && (static_cast<unsigned char>(line[length]) & 0xC0U) == 0x80U)
            ++length;
        const std::size_t width = display_width(line.substr(0, length));
        if (column + width > columns) {
            ++rows;
            column = 0;
        }
        column += width;
        line.remove_prefix(length);
    }
    return rows;
}

std::string ascii_only(std::string_view text) {
    constexpr std::string_view ellipsis = "…";
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (static_cast<unsigned char>(text[i]) < 0x80) {
            result += text[i];
        } else if (begins_code_point(text[i])) {
            result += text.substr(i).starts_with(ellipsis) ? '~' : '?';
        }
    }
    return result;
}

} // namespace codemate::ui
