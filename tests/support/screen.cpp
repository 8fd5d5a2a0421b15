#include "support/screen.hpp"

#include <algorithm>

namespace codemate::test {
namespace {

std::size_t length_of(unsigned char lead) {
    return lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
}

unsigned code_point(std::string_view character) {
    const auto lead = static_cast<unsigned char>(character[0]);
    if (character.size() == 1) return lead;
    unsigned value = lead & (0x7FU >> character.size());
    for (const char c : character.substr(1))
        value = (value << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
    return value;
}

std::size_t width_of(unsigned code) {
    const auto within = [code](unsigned first, unsigned last) { return code >= first && code <= last; };
    if (within(0x0300, 0x036F) || within(0x200B, 0x200F) || within(0xFE00, 0xFE0F)) return 0;
    const bool wide = within(0x1100, 0x115F) || within(0x2E80, 0xA4CF) || within(0xAC00, 0xD7A3) ||
                      within(0xF900, 0xFAFF) || within(0xFF00, 0xFF60) || within(0x1F300, 0x1F64F) ||
                      within(0x1F900, 0x1F9FF);
    return wide ? 2 : 1;
}

std::string hex(unsigned code) {
    constexpr std::string_view digits = "0123456789abcdef";
    return {'0', 'x', digits[(code >> 4U) & 0xFU], digits[code & 0xFU]};
}

} // namespace

void Screen::write(std::string_view text) {
    while (!text.empty()) {
        std::size_t length = 1;
        const char c = text[0];
        if (c == '\r') {
            column_ = 0;
        } else if (c == '\n') {
            new_line();
        } else if (text.starts_with("\x1b[")) {
            length = control_sequence(text);
        } else {
            length = std::min(length_of(static_cast<unsigned char>(c)), text.size());
            const unsigned code = code_point(text.substr(0, length));
            if (code < 0x20 || (code >= 0x7F && code < 0xA0)) offences_.push_back("control character " + hex(code));
            print(text.substr(0, length), width_of(code));
        }
        text.remove_prefix(length);
    }
}

std::vector<std::string>& Screen::current() {
    if (row_ >= cells_.size()) cells_.resize(row_ + 1);
    return cells_[row_];
}

void Screen::print(std::string_view character, std::size_t width) {
    if (width == 0) {
        std::vector<std::string>& line = current();
        if (column_ > 0 && column_ <= line.size()) line[column_ - 1] += character;
        return;
    }
    if (column_ + width > columns_) {
        ++wraps_;
        wrapped_.insert(row_);
        new_line();
    }
    std::vector<std::string>& line = current();
    if (line.size() < column_ + width) line.resize(column_ + width, " ");
    line[column_] = character;
    if (width == 2) line[column_ + 1].clear();
    column_ += width;
}

void Screen::new_line() {
    ++row_;
    column_ = 0;
    current();
}

std::size_t Screen::control_sequence(std::string_view text) {
    const std::size_t end = text.find_first_not_of("0123456789;?", 2);
    if (end == std::string_view::npos) {
        offences_.push_back("unfinished sequence");
        return text.size();
    }
    const std::string_view parameters = text.substr(2, end - 2);
    std::size_t parameter = 0;
    for (const char c : parameters)
        parameter = c >= '0' && c <= '9' ? parameter * 10 + static_cast<std::size_t>(c - '0') : 0;
    apply(text[end], parameter, !parameters.empty());
    return end + 1;
}

void Screen::apply(char final, std::size_t parameter, bool given) {
    switch (final) {
    case 'm':
        return;
    case 'A':
        return go_up(given ? parameter : 1);
    case 'K':
        if (parameter == 0) return clear_to_end_of_line();
        break;
    case 'J':
        if (parameter != 0) break;
        clear_to_end_of_line();
        cells_.resize(row_ + 1);
        wrapped_.erase(wrapped_.lower_bound(row_), wrapped_.end());
        return;
    default:
        break;
    }
    offences_.push_back("unknown sequence CSI " + std::to_string(parameter) + std::string(1, final));
}

void Screen::reflow(std::size_t columns) {
    current();
    const std::vector<std::vector<std::string>> before = std::move(cells_);
    const std::set<std::size_t> went_on = std::move(wrapped_);
    const std::size_t wraps = wraps_;
    const std::size_t cursor = row_;
    columns_ = columns;
    cells_ = {{}};
    wrapped_.clear();
    row_ = 0;
    column_ = 0;
    std::size_t cursor_now = 0;
    for (std::size_t row = 0; row < before.size(); ++row) {
        if (row > 0 && !went_on.contains(row - 1)) new_line();
        if (row == cursor) cursor_now = row_;
        for (std::size_t cell = 0; cell < before[row].size(); ++cell) {
            const bool wide = cell + 1 < before[row].size() && before[row][cell + 1].empty();
            if (!before[row][cell].empty()) print(before[row][cell], wide ? 2 : 1);
        }
    }
    row_ = cursor_now;
    column_ = 0;
    wraps_ = wraps; // this was no fault of who wrote it
}

// Only what is in the window can be reached: the last `rows_` lines.
void Screen::go_up(std::size_t count) {
    const std::size_t top = cells_.size() > rows_ ? cells_.size() - rows_ : 0;
    if (count > row_ - top) offences_.push_back("up beyond the window");
    row_ -= std::min(count, row_ - top);
}

void Screen::clear_to_end_of_line() {
    std::vector<std::string>& line = current();
    if (line.size() > column_) line.resize(column_);
    wrapped_.erase(row_);
}

std::vector<std::string> Screen::lines() const {
    std::vector<std::string> lines;
    for (const std::vector<std::string>& cells : cells_) {
        std::string line;
        for (const std::string& cell : cells)
            line += cell;
        line.erase(line.find_last_not_of(' ') + 1);
        lines.push_back(std::move(line));
    }
    while (!lines.empty() && lines.back().empty())
        lines.pop_back();
    return lines;
}

std::string Screen::text() const {
    std::string text;
    for (const std::string& line : lines())
        text += line + "\n";
    return text;
}

} // namespace codemate::test
