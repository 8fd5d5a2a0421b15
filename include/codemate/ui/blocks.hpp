#pragma once

#include "codemate/ui/style.hpp"

#include <string>
#include <vector>

namespace codemate::ui {

// Titles with rows below them, as `ollama show` has them: titles indented by two columns, rows by four, the cells of a
// block's rows aligned and four columns apart, a blank line between blocks. Never cut: a line that wraps is better than
// a digest that lacks its middle. Texts are made printable.
class Blocks {
public:
    void begin(std::string title);
    void row(std::vector<std::string> cells); // of the block that was begun last

    std::string text(const Style&) const; // blocks without rows are left out

private:
    struct Block {
        std::string title;
        std::vector<std::vector<std::string>> rows;
    };
    std::vector<Block> blocks_;
};

} // namespace codemate::ui
