#include "cli/commands/pull/direct.hpp"
#include "cli/commands/pull/tally.hpp"

#include "codemate/base/text.hpp"
#include "codemate/ui/markup.hpp"
#include "codemate/ui/table.hpp"

#include <algorithm>
#include <set>

namespace codemate::cli::pull {
namespace {

namespace use = lifecycle::direct;
using ui::Table;
using use::Outcome;
using Do = use::Step::Do;

std::string result(const use::Item& item) {
    switch (item.outcome) {
    case Outcome::pulled:
    case Outcome::updated: {
        std::string text(use::to_string(item.outcome));
        if (item.fetched > ByteCount()) text += " " + to_string(item.fetched);
        if (item.in_vain > ByteCount()) text += " (" + to_string(item.in_vain) + " of it in vain)";
        text += " in " + to_text(item.took);
        if (item.outcome == Outcome::updated) text += ", was " + item.step.before->id();
        return text;
    }
    case Outcome::unchanged:
        return item.step.pin ? "up to date, locked" : "up to date";
    case Outcome::failed:
        return "failed";
    case Outcome::interrupted:
        return "interrupted";
    case Outcome::not_started:
        break;
    }
    return "not started";
}

std::string with_more(const use::Item& item, const use::Report& report) {
    std::string text = result(item);
    const bool came = item.outcome == Outcome::pulled || item.outcome == Outcome::updated;
    if (came && !report.from.empty()) text += ", from " + report.from;
    if (item.resumed > ByteCount()) text += ", " + to_string(item.resumed) + " were there";
    if (!item.damaged.empty()) text += ", " + counted(item.damaged.size(), "damaged layer") + " replaced";
    if (item.locked_now) text += ", locked now";
    return text;
}

Table table_of(const use::Report& report) {
    Table table({{"MODEL"}, {"ID"}, {"SIZE"}, {"RESULT", Table::Cut::middle}});
    for (const use::Item& item : report.items) {
        const auto& image = item.step.image;
        const bool is_there =
            item.outcome == Outcome::pulled || item.outcome == Outcome::updated || item.outcome == Outcome::unchanged;
        table.add({item.step.name.display(), is_there ? image->digest.id() : "-",
                   is_there ? to_string(image->size()) : "-", with_more(item, report)});
    }
    return table;
}

std::string below(const use::Report& report) {
    ByteCount fetched, in_vain;
    for (const use::Item& item : report.items) {
        fetched += item.fetched;
        in_vain += item.in_vain;
    }
    const std::string outcomes = tally(report.items);
    return counted(report.items.size(), "model") + (outcomes.empty() ? "" : ": " + outcomes) + "; " +
           to_string(fetched) + " fetched" +
           (in_vain > ByteCount() ? ", " + to_string(in_vain) + " of it in vain," : "") + " in " +
           to_text(report.took) + "\n";
}

std::string blobs_text(const use::Step& step) {
    const std::size_t all = step.image->blobs().size();
    std::string text = step.name.display() + ": " + counted(all - step.missing.size(), "layer") + " there, " +
                       std::to_string(step.missing.size()) + " to fetch";
    if (!step.missing.empty()) text += " (" + to_string(step.to_fetch()) + ")";
    if (step.kept > ByteCount()) text += ", " + to_string(step.kept) + " of it kept from an earlier run";
    if (!step.to_check.empty()) text += ", " + std::to_string(step.to_check.size()) + " to check";
    return text + "\n";
}

std::string source_of(const use::Step& step, const use::Plan& plan) {
    if (step.what != Do::fetch) return "-";
    return plan.from.empty() ? step.source.display() : plan.from;
}

} // namespace

std::string question(const use::Plan& plan, const use::Options& options) {
    std::vector<std::string> names;
    std::set<std::string> hosts;
    for (const use::Step& step : plan.steps) {
        if (!step.wants_consent) continue;
        names.push_back(printable(step.name.display()) + " at " + step.pin->id());
        for (const ModelName& place : step.places)
            hosts.insert(download::asked_at(place, options.download));
    }
    return "Install " + listed(names) + " as locked, from " +
           printable(listed(std::vector<std::string>(hosts.begin(), hosts.end()), "or"), 200) + "?";
}

std::string text(const use::Plan& plan, const std::filesystem::path& models, std::size_t columns) {
    Table table({{"MODEL"}, {"PULLED FROM"}, {"INSTALLED"}, {"LOCKED"}, {"WHY", Table::Cut::middle}});
    for (const use::Step& step : plan.steps) {
        table.add({step.name.display(), source_of(step, plan), step.before ? step.before->id() : "-",
                   step.pin ? step.pin->id() : "-", step.reason});
    }
    const auto fetched = static_cast<std::size_t>(std::ranges::count(plan.steps, Do::fetch, &use::Step::what));
    std::string text = table.text(columns) + counted(fetched, "model") + " would be pulled; nothing was changed\n";
    for (const use::Step& step : plan.steps) {
        if (step.image) text += blobs_text(step);
    }
    if (fetched == 0) return text;
    text += "to fetch: " + to_string(plan.to_fetch) + "\n";
    if (plan.space)
        text += "disk: " + to_string(plan.space->free) + " free below " + models.string() + ", " +
                to_string(plan.to_write) + " would be written\n";
    return text;
}

std::string text(const use::Report& report, std::size_t columns) {
    return table_of(report).text(columns) + below(report);
}

std::string markdown(const use::Report& report) {
    return table_of(report).markdown() + "\n" + ui::markdown_preformatted(below(report));
}

} // namespace codemate::cli::pull
