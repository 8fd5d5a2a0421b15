#pragma once

#include "cli/commands/benchmark/sheet.hpp"

#include <string>
#include <string_view>
#include <vector>

// What the page of a benchmark is made of. All texts are escaped here.
namespace codemate::cli::benchmark {

std::string_view html_style(); // for its <style> element

std::string paragraph(std::string_view text, std::string_view style = {});
std::string list(const std::vector<std::string>&); // empty without lines

// Rows under headings, the first cell of each being its heading; scrolled sideways where the screen is narrow.
class HtmlTable {
public:
    HtmlTable(std::string caption, std::vector<std::string> headings);
    void row(const std::vector<std::string>& cells);
    std::string text() const;

private:
    std::string caption_, head_, body_;
};

// All of one model. `id`: unique in the page.
std::string section_of(const Subject&, const std::string& id);

} // namespace codemate::cli::benchmark
