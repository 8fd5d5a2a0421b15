#include "codemate/base/text.hpp"

#include "cli/commands/refs/render.hpp"

#include "codemate/ui/table.hpp"

namespace codemate::cli::refs {
namespace {

namespace use = lifecycle::refs;
using use::State;

std::string coloured(const std::string& line, const ui::Style& style) {
    if (line.starts_with("---") || line.starts_with("+++")) return line;
    if (line.starts_with('-')) return style.bad(line);
    return line.starts_with('+') ? style.good(line) : line;
}

void count(std::vector<std::string>& counts, std::size_t number, const std::string& what) {
    if (number != 0) counts.push_back(std::to_string(number) + " " + what);
}

} // namespace

std::string text(const use::Report& report, const Project& project, const ui::Style& style) {
    std::string result;
    if (!report.items.empty()) {
        ui::Table table({{"PLACE"}, {"NAME"}, {"STATE"}});
        for (const use::Item& item : report.items)
            table.add({project.shown(item.file) + ":" + std::to_string(item.mention.line), item.mention.text,
                       state_text(item)});
        const std::string rows = table.text();
        // Problems in red, by their rows: a table knows no styles.
        std::size_t row = 0;
        for (const std::string_view line : split(rows, '\n')) {
            const bool heading = row++ == 0;
            if (line.empty()) continue;
            const bool problem = !heading && report.items[row - 2].is_problem();
            result += (problem ? style.bad(std::string(line)) : std::string(line)) + "\n";
        }
    }
    return result + summary(report) + "\n";
}

std::string summary(const use::Report& report) {
    if (report.items.empty()) return "no mention of a model";
    std::vector<std::string> counts;
    count(counts, report.count(State::misspelt), "misspelt");
    count(counts, report.count(State::contradicting), "contradicting");
    count(counts, report.count(State::undeclared), "undeclared");
    count(counts, report.count(State::declared), "declared but not locked");
    count(counts, report.not_installed(), "not installed");
    count(counts, report.count(State::past), "of the past");
    return counted(report.items.size(), "mention") + " of " + counted(report.models, "model") + " in " +
           counted(report.in_files, "file") + ": " + (counts.empty() ? "all declared and locked" : listed(counts));
}

std::string text(const use::Rewrite& rewrite, const ui::Style& style) {
    std::string result;
    for (const use::Edit& edit : rewrite.edits) {
        for (const std::string& line : edit.diff)
            result += coloured(line, style) + "\n";
    }
    return result;
}

std::string summary(const use::Rewrite& rewrite, const Asked& asked) {
    const std::string models = asked.before.display() + " → " + asked.after + ": ";
    if (rewrite.edits.empty()) return models + "no mention to change";
    return models + counted(rewrite.mentions(), "mention") + " in " + counted(rewrite.edits.size(), "file") +
           (asked.done ? " changed" : "; nothing was changed");
}

} // namespace codemate::cli::refs
