#include "codemate/base/text.hpp"

#include "cli/commands/standing.hpp"
#include "cli/commands/update/render.hpp"

#include "codemate/ui/markup.hpp"
#include "codemate/ui/table.hpp"

#include <algorithm>
#include <array>

namespace codemate::cli::update {
namespace {

namespace use = lifecycle::update;
using Do = use::Step::Do;
using ui::Table;
using use::Check;
using use::Outcome;

constexpr std::size_t shown_lines = 12; // of what a command that failed wrote

std::string ids(const use::Step& step) {
    const std::string before = step.before ? step.before->id() : "-";
    if (step.by_server && !step.after) return before + " → ?";
    if (step.what == Do::replace) return before + " → " + step.after->id();
    return before;
}

std::string fetch(const use::Step& step) {
    if (step.what != Do::replace) return "-";
    return step.to_fetch ? to_string(*step.to_fetch) : "?";
}

std::string_view word(const use::Step& step) {
    switch (step.what) {
    case Do::replace:
        if (step.back) return "roll back";
        return step.before ? "update" : "install";
    case Do::adopt:
        return "lock";
    case Do::record:
        return "record";
    case Do::nothing:
        return "nothing";
    case Do::refuse:
        break;
    }
    return "refuse";
}

std::string word(Outcome outcome) {
    return outcome == Outcome::failed ? "FAILED" : in_words(outcome);
}

std::string_view word(Check::What what) {
    return what == Check::What::project ? "test" : to_string(what);
}

std::string end_of(const std::string& output) {
    std::vector<std::string_view> lines;
    for (const std::string_view line : split(output, '\n'))
        if (!line.empty()) lines.push_back(line);
    std::string text;
    if (lines.size() > shown_lines) text = "      …\n";
    for (std::size_t i = lines.size() > shown_lines ? lines.size() - shown_lines : 0; i < lines.size(); ++i)
        text += "      " + printable(lines[i], 200) + "\n";
    return text;
}

std::string line_of(const Check& check) {
    std::string line = "  " + std::string(word(check.what));
    if (!check.of.empty()) line += " " + quoted(check.of);
    line += check.skipped ? ": not checked: " : check.passed ? ": " : ": FAILED: ";
    line += printable(check.text);
    if (!check.skipped && check.took > std::chrono::milliseconds(100)) line += " (" + to_text(check.took) + ")";
    line += "\n";
    return check.passed ? line : line + end_of(check.output);
}

std::string way_back(const use::Item& item) {
    if (!item.kept_as) return {};
    return "  kept: " + item.step.before->id() + " as " + printable(item.kept_as->display()) +
           " for 14 days; `codemate rollback " + printable(item.step.name.display_short()) + "` puts it back\n";
}

std::string tally(const use::Report& report) {
    constexpr std::array order{Outcome::updated,   Outcome::rolled_back, Outcome::locked,      Outcome::recorded,
                               Outcome::unchanged, Outcome::failed,      Outcome::interrupted, Outcome::not_started};
    std::vector<std::string> parts;
    for (const Outcome outcome : order) {
        const auto count = std::ranges::count(report.items, outcome, &use::Item::outcome);
        if (count > 0) parts.push_back(std::to_string(count) + " " + in_words(outcome));
    }
    return counted(report.items.size(), "model") + (parts.empty() ? "" : ": " + joined(parts, ", ")) + "\n";
}

Table table_of(const use::Report& report) {
    Table table({{"MODEL"}, {"RESULT"}, {"ID"}, {"TIME"}, {"WHY", Table::Cut::middle}});
    for (const use::Item& item : report.items)
        table.add({item.step.name.display(), word(item.outcome), ids(item.step), to_text(item.took), item.step.reason});
    return table;
}

std::string below(const use::Report& report, Changes changes) {
    std::string text;
    for (const use::Item& item : report.items) {
        if (item.checks.empty() && !item.step.standing) continue;
        const bool moved = item.step.standing && item.step.standing->diff && item.step.what == Do::replace;
        if (moved && changes == Changes::told)
            text += changes_text(*item.step.standing);
        else
            text += printable(item.step.name.display()) + ":\n";
        for (const Check& check : item.checks)
            text += line_of(check);
        text += way_back(item);
    }
    return text + tally(report);
}

} // namespace

std::string text(const use::Plan& plan, std::size_t columns) {
    Table table({{"MODEL"}, {"DO"}, {"ID"}, {"FETCH"}, {"WHY", Table::Cut::middle}});
    for (const use::Step& step : plan.steps)
        table.add({step.name.display(), std::string(word(step)), ids(step), fetch(step), step.reason});
    std::string text = table.text(columns);
    for (const use::Step& step : plan.steps) {
        if (step.standing && step.standing->diff) text += changes_text(*step.standing);
    }
    if (!plan.changes()) return text + "nothing to do\n";
    const bool known = std::ranges::none_of(plan.steps, &use::Step::by_server);
    return text + (known ? to_string(plan.to_fetch()) + " to fetch\n" : "what is to be fetched is not known\n");
}

std::string text(const use::Report& report, Changes changes, std::size_t columns) {
    return table_of(report).text(columns) + below(report, changes);
}

std::string markdown(const use::Report& report) {
    return table_of(report).markdown() + "\n" + ui::markdown_preformatted(below(report, Changes::told));
}

std::string question(const use::Plan& plan) {
    const auto count = [&](Do what) {
        return static_cast<std::size_t>(std::ranges::count(plan.steps, what, &use::Step::what));
    };
    std::vector<std::string> parts;
    const bool back = std::ranges::any_of(plan.steps, &use::Step::back);
    if (const auto replaced = count(Do::replace); replaced > 0)
        parts.push_back((back ? "roll back " : "update ") + counted(replaced, "model") + " (" +
                        to_string(plan.to_fetch()) + " to fetch)");
    if (const auto locked = count(Do::adopt) + count(Do::record); locked > 0)
        parts.push_back("write " + std::to_string(locked) +
                        std::string(locked == 1 ? " entry of the lock" : " entries of the lock"));
    return joined(parts, ", ") + "?";
}

} // namespace codemate::cli::update
