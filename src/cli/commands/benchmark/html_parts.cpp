#include "cli/commands/benchmark/html_parts.hpp"

#include "codemate/ui/markup.hpp"

namespace codemate::cli::benchmark {

using ui::html_escaped;

std::string paragraph(std::string_view text, std::string_view style) {
    return (style.empty() ? "<p>" : "<p class=\"" + std::string(style) + "\">") + html_escaped(text) + "</p>";
}

std::string list(const std::vector<std::string>& lines) {
    if (lines.empty()) return {};
    std::string text = "<ul>";
    for (const std::string& line : lines)
        text += "<li>" + html_escaped(line) + "</li>";
    return text + "</ul>\n";
}

HtmlTable::HtmlTable(std::string caption, std::vector<std::string> headings) : caption_(html_escaped(caption)) {
    for (const std::string& heading : headings)
        head_ += "<th scope=\"col\">" + html_escaped(heading) + "</th>";
}

void HtmlTable::row(const std::vector<std::string>& cells) {
    body_ += "<tr>";
    for (std::size_t i = 0; i < cells.size(); ++i)
        body_ += i == 0 ? "<th scope=\"row\">" + html_escaped(cells[i]) + "</th>"
                        : "<td>" + html_escaped(cells[i]) + "</td>";
    body_ += "</tr>\n";
}

std::string HtmlTable::text() const {
    // What scrolls has to be reached with the keyboard, too.
    return "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"" + caption_ + "\"><table><caption>" +
           caption_ + "</caption><thead><tr>" + head_ + "</tr></thead><tbody>\n" + body_ + "</tbody></table></div>\n";
}

} // namespace codemate::cli::benchmark
