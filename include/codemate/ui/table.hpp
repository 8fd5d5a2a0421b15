#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::ui {

// Rows under headings, left aligned by display width, columns four spaces apart as `ollama list` does it, without rules
// and without spaces at the end of a line. Texts are made printable; a cell may be styled by the caller's style
// afterwards only.
class Table {
public:
    enum class Cut { no, middle }; // whether a column may be elided to fit a terminal
    struct Column {
        std::string heading;
        Cut cut = Cut::no;
    };

    explicit Table(std::vector<Column>);
    void add(std::vector<std::string> cells);

    // `columns`: width to fit into by eliding the columns that allow it; 0: never cut anything.
    std::string text(std::size_t columns = 0) const;

    // As a table of GitHub's Markdown, nothing cut.
    std::string markdown() const;

private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

} // namespace codemate::ui
