#include "codemate/base/text.hpp"

#include "cli/commands/doctor/render.hpp"

#include "codemate/ui/markup.hpp"
#include "codemate/ui/table.hpp"

#include <algorithm>
#include <vector>

namespace codemate::cli::doctor {
namespace {

namespace use = lifecycle::doctor;
using use::Level;

constexpr std::size_t word_columns = 9;   // "problem" and two spaces
constexpr std::size_t check_columns = 12; // "completion" likewise

std::string padded(std::string word, std::size_t columns) {
    const std::size_t width = display_width(word);
    return word + std::string(columns > width ? columns - width : 0, ' ');
}

std::string_view symbol(Level level) {
    switch (level) {
    case Level::ok:
        break;
    case Level::note:
        return "! ";
    case Level::problem:
        return "✗ ";
    case Level::skipped:
        return "– ";
    }
    return "✓ ";
}

std::string styled(Level level, const std::string& text, const ui::Style& style) {
    switch (level) {
    case Level::ok:
        break;
    case Level::note:
        return style.warn(text);
    case Level::problem:
        return style.bad(text);
    case Level::skipped:
        return style.faint(text);
    }
    return style.good(text);
}

constexpr std::size_t least_columns = 20; // for the text beside the margin; narrower ones are the terminal's to break

// Broken between words where it does not fit behind the margin; a long word stays whole.
std::string wrapped(std::string_view text, std::size_t margin, std::size_t columns) {
    if (columns < margin + least_columns) return std::string(text) + "\n";
    std::string lines, line;
    for (const std::string_view word : split(text, ' ')) {
        if (!line.empty() && margin + display_width(line) + 1 + display_width(word) > columns) {
            lines += line + "\n" + std::string(margin, ' ');
            line.clear();
        }
        line += (line.empty() ? "" : " ") + std::string(word);
    }
    return lines + line + "\n";
}

std::string lines_of(const use::Finding& finding, const Look& look, const ui::Style& style) {
    const std::string word = std::string(look.symbols ? symbol(finding.level) : "") +
                             padded(std::string(use::to_string(finding.level)), word_columns);
    const std::size_t margin = display_width(word) + check_columns;
    const std::string indent(margin, ' ');
    std::string text = styled(finding.level, word, style) + padded(finding.check, check_columns) +
                       wrapped(printable(finding.found, 2000), margin, look.columns);
    const auto add = [&](std::string_view label, const std::string& sentence) {
        text += indent + std::string(label) + wrapped(printable(sentence, 2000), margin + label.size(), look.columns);
    };
    if (!finding.why.empty()) add("why: ", finding.why);
    for (const std::string& advice : finding.advice)
        add("do:  ", advice);
    return text;
}

std::string summary(const use::Report& report) {
    const std::size_t problems = report.count(Level::problem);
    std::vector<std::string> counts{problems == 0 ? "no problems" : counted(problems, "problem")};
    if (const std::size_t notes = report.count(Level::note)) counts.push_back(counted(notes, "note"));
    if (const std::size_t skipped = report.count(Level::skipped))
        counts.push_back(std::to_string(skipped) + " of " + counted(use::checks().size(), "check") + " skipped");
    return listed(counts) + "\n";
}

} // namespace

std::string text(const use::Report& report, const Look& look, const ui::Style& style) {
    std::string text;
    for (const use::Finding& finding : report.findings) {
        if (!look.quiet || finding.level == Level::problem) text += lines_of(finding, look, style);
    }
    return look.quiet ? text : text + summary(report);
}

std::string markdown(const use::Report& report) {
    ui::Table table({{"LEVEL"}, {"CHECK"}, {"FOUND"}, {"WHAT TO DO"}});
    bool any = false;
    for (const use::Finding& finding : report.findings) {
        if (finding.level != Level::problem && finding.level != Level::note) continue;
        any = true;
        table.add(
            {std::string(use::to_string(finding.level)), finding.check, finding.found, joined(finding.advice, "; ")});
    }
    return (any ? table.markdown() + "\n" : "") + ui::markdown_preformatted(summary(report));
}

std::vector<ui::Annotation> annotations(const use::Report& report) {
    std::vector<ui::Annotation> all;
    for (const use::Finding& finding : report.findings) {
        if (finding.level != Level::problem) continue;
        ui::Annotation annotation;
        annotation.text = printable(finding.check + ": " + finding.found, 2000);
        all.push_back(std::move(annotation));
    }
    return all;
}

} // namespace codemate::cli::doctor
