#include "codemate/base/text.hpp"

#include "cli/commands/lock/render.hpp"
#include "cli/commands/standing.hpp"

#include "codemate/ui/table.hpp"

#include <algorithm>
#include <array>

namespace codemate::cli::lock {
namespace {

namespace use = lifecycle::lock;
using Do = use::Step::Do;
using ui::Table;

std::string pin(const use::Step& step) {
    if (step.what == Do::move) return step.before->digest.id() + " → " + step.entry->digest.id();
    if (step.entry) return step.entry->digest.id();
    return step.before ? step.before->digest.id() : "-";
}

std::string size(const use::Step& step) {
    return step.entry ? to_string(step.entry->size) : "-";
}

std::string quantization(const use::Step& step) {
    return step.entry && !step.entry->quantization.empty() ? printable(step.entry->quantization, 60) : "-";
}

std::string result(const use::Step& step) {
    if (step.what == Do::keep) return step.reason;
    return std::string(to_string(step.what)) + (step.reason.empty() ? "" : ": " + step.reason);
}

std::string tally(const use::Report& report) {
    constexpr std::array order{Do::add, Do::complete, Do::move, Do::drop, Do::keep, Do::fail};
    std::vector<std::string> parts;
    for (const Do what : order) {
        const auto count = std::ranges::count(report.steps, what, &use::Step::what);
        if (count > 0) parts.push_back(std::to_string(count) + " " + std::string(to_string(what)));
    }
    return parts.empty() ? "" : ": " + joined(parts, ", ");
}

std::string ending(const use::Report& report, Mode mode, const std::string& lock_shown) {
    if (mode == Mode::dry_run) return "; nothing was written";
    return report.written ? "; written to " + printable(lock_shown) : "; " + printable(lock_shown) + " is unchanged";
}

} // namespace

std::string text(const use::Report& report, Mode mode, const std::string& lock_shown, std::size_t columns) {
    Table table({{"MODEL"}, {"ID"}, {"SIZE"}, {"QUANTIZATION"}, {"RESULT", Table::Cut::middle}});
    for (const use::Step& step : report.steps)
        table.add({step.name.display(), pin(step), size(step), quantization(step), result(step)});
    std::string text = table.text(columns) + counted(report.steps.size(), "model") + tally(report) +
                       ending(report, mode, lock_shown) + "\n";
    for (const use::Step& step : report.steps) {
        if (step.standing) text += changes_text(*step.standing);
    }
    return text;
}

} // namespace codemate::cli::lock
