#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::test {

// A terminal as far as programs that redraw in place use one: printing, wrapping at the last column as xterm does (when
// the next character comes), scrolling, CR, LF (with carriage return, as the line discipline makes it), CSI A, CSI J,
// CSI K, SGR. Everything else is an offence. It does not use codemate's own idea of how wide a character is.
class Screen {
public:
    explicit Screen(std::size_t columns, std::size_t rows = 24) : columns_(columns), rows_(rows) {}

    void write(std::string_view);
    void resize(std::size_t columns) { columns_ = columns; } // what is on it stays as it is, as with xterm
    void
    reflow(std::size_t columns); // what is on it is wrapped anew, as most terminals do it; the cursor's column is 0

    // All lines from the first, also those that have scrolled off, without spaces at their end; the empty ones below
    // the last text are left out.
    std::vector<std::string> lines() const;
    std::string text() const; // lines(), each with a newline

    std::size_t row() const { return row_; } // of the cursor, from the first line
    std::size_t column() const { return column_; }
    std::size_t wraps() const { return wraps_; } // times that a line was too long
    const std::vector<std::string>& offences() const {
        return offences_;
    } // control characters, unknown sequences, climbing
      // above the window

private:
    void print(std::string_view character, std::size_t width);
    void new_line();
    std::size_t control_sequence(std::string_view); // its length
    void apply(char final, std::size_t parameter, bool given);
    void go_up(std::size_t count);
    void clear_to_end_of_line();
    std::vector<std::string>& current();

    std::size_t columns_;
    std::size_t rows_;
    std::vector<std::vector<std::string>> cells_{1}; // a wide character is followed by an empty cell
    std::set<std::size_t> wrapped_;                  // rows that go on in the next one
    std::size_t row_ = 0;
    std::size_t column_ = 0; // columns_: the next character wraps
    std::size_t wraps_ = 0;
    std::vector<std::string> offences_;
};

} // namespace codemate::test
