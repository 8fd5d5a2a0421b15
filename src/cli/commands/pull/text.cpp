#include "codemate/base/text.hpp"

#include "cli/commands/pull/render.hpp"

#include "codemate/ui/table.hpp"

#include <algorithm>
#include <array>

namespace codemate::cli::pull {
namespace {

namespace use = lifecycle::pull;
using ui::Table;
using use::Outcome;

std::string arrived(const use::Item& item) {
    return item.fetched == ByteCount() ? "" : " " + to_string(item.fetched);
}

std::string result(const use::Item& item) {
    switch (item.outcome) {
    case Outcome::pulled:
        return "pulled" + arrived(item) + " in " + to_text(item.took);
    case Outcome::updated:
        return "updated" + arrived(item) + " in " + to_text(item.took) +
               (item.step.before ? ", was " + item.step.before->id() : "");
    case Outcome::unchanged:
        return "up to date";
    case Outcome::failed:
        return "failed";
    case Outcome::interrupted:
        return "interrupted";
    case Outcome::not_started:
        break;
    }
    return "not started";
}

std::string with_source(const use::Item& item) {
    const bool there = item.outcome == Outcome::pulled || item.outcome == Outcome::updated;
    return item.step.copies() && there ? result(item) + ", from " + item.step.source.display() : result(item);
}

// "2 pulled, 1 up to date"
std::string tally(const use::Report& report) {
    struct Word {
        Outcome outcome;
        const char* text;
    };
    constexpr std::array<Word, 6> words{{{Outcome::pulled, "pulled"},
                                         {Outcome::updated, "updated"},
                                         {Outcome::unchanged, "up to date"},
                                         {Outcome::failed, "failed"},
                                         {Outcome::interrupted, "interrupted"},
                                         {Outcome::not_started, "not started"}}};
    std::string text;
    for (const Word& word : words) {
        const auto count = std::count_if(report.items.begin(), report.items.end(),
                                         [&](const use::Item& item) { return item.outcome == word.outcome; });
        if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + word.text;
    }
    return text;
}

} // namespace

std::string text(const use::Plan& plan, std::size_t columns) {
    Table table({{"MODEL"}, {"PULLED FROM"}, {"INSTALLED"}, {"WHY", Table::Cut::middle}});
    for (const use::Step& step : plan.steps) {
        table.add({step.name.display(), step.source.display(), step.before ? step.before->id() : "-", step.reason});
    }
    return table.text(columns) + counted(plan.steps.size(), "model") + " would be pulled; nothing was changed\n";
}

std::string text(const use::Report& report, std::size_t columns) {
    Table table({{"MODEL"}, {"ID"}, {"SIZE"}, {"RESULT", Table::Cut::middle}});
    ByteCount fetched;
    for (const use::Item& item : report.items) {
        fetched += item.fetched;
        table.add({item.step.name.display(), item.digest ? item.digest->id() : "-",
                   item.size == ByteCount() ? "-" : to_string(item.size), with_source(item)});
    }
    const std::string outcomes = tally(report);
    return table.text(columns) + counted(report.items.size(), "model") + (outcomes.empty() ? "" : ": " + outcomes) +
           "; " + to_string(fetched) + " fetched in " + to_text(report.took) + "\n";
}

} // namespace codemate::cli::pull
