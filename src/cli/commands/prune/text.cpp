#include "codemate/base/text.hpp"

#include "cli/commands/prune/render.hpp"

#include "codemate/ui/markup.hpp"
#include "codemate/ui/table.hpp"

#include <algorithm>
#include <array>

namespace codemate::cli::prune {
namespace {

namespace use = lifecycle::prune;
using Do = use::Step::Do;
using Outcome = use::Item::Outcome;
using ui::Table;

std::string_view word(Do what) {
    return what == Do::remove ? "remove" : "keep";
}

std::string size_of(const use::Step& step) {
    return step.model.size == ByteCount() ? "-" : to_string(step.model.size);
}

std::string_view noun(use::Leftover::What what) {
    switch (what) {
    case use::Leftover::What::orphan:
        return "blob that no manifest names";
    case use::Leftover::What::partial:
        return "unfinished download";
    case use::Leftover::What::temporary:
        break;
    }
    return "temporary file";
}

// "2 unfinished downloads (1.2 GB)"
std::string leftovers_in_words(const std::vector<use::Leftover>& leftovers) {
    std::vector<std::string> parts;
    for (const auto what :
         {use::Leftover::What::orphan, use::Leftover::What::partial, use::Leftover::What::temporary}) {
        std::size_t count = 0;
        ByteCount bytes;
        for (const use::Leftover& leftover : leftovers) {
            if (leftover.what != what) continue;
            ++count;
            bytes += leftover.on_disk;
        }
        if (count == 0) continue;
        std::string words = counted(count, noun(what));
        if (what == use::Leftover::What::orphan && count > 1)
            words = std::to_string(count) + " blobs that no manifest names";
        parts.push_back(words + " (" + to_string(bytes) + ")");
    }
    return listed(parts);
}

std::string result(const use::Item& item) {
    switch (item.outcome) {
    case Outcome::removed:
        return "removed";
    case Outcome::gone:
        return "gone already";
    case Outcome::kept:
        return "kept";
    case Outcome::failed:
        return "failed";
    case Outcome::not_started:
        break;
    }
    return "not started";
}

std::string nominal(const use::Plan& plan) {
    ByteCount sum;
    for (const use::Step& step : plan.steps) {
        if (step.what == Do::remove) sum += step.model.size;
    }
    if (plan.measure == rules::Measure::at_most || sum <= plan.frees) return "";
    return " (listed as " + to_string(sum) + ")";
}

std::string tally(const use::Plan& plan) {
    const std::size_t models = plan.count(Do::remove);
    std::string text;
    if (models > 0 || plan.leftovers.going.empty())
        text = "Would delete " + std::to_string(models) + (models == 1 ? " model" : " models");
    if (!plan.leftovers.going.empty())
        text += (text.empty() ? "Would delete " : " and ") + leftovers_in_words(plan.leftovers.going);
    if (!plan.removes_anything()) return "Nothing to remove\n";
    return text + ": " + amount(plan.frees_in_all(), plan) + " would come free" + nominal(plan) +
           "; nothing was changed\n";
}

Table table_of(const use::Report& report) {
    Table table({{"NAME"}, {"SIZE"}, {"RESULT"}});
    for (const use::Item& item : report.items)
        table.add({item.step.model.name.display(), size_of(item.step), result(item)});
    return table;
}

std::string sum(const use::Report& report) {
    std::vector<use::Leftover> swept;
    for (const use::Swept& each : report.swept) {
        if (each.removed) swept.push_back(each.leftover);
    }
    const std::size_t removed = report.count(Outcome::removed);
    std::vector<std::string> deleted;
    if (removed > 0 || swept.empty()) deleted.push_back(counted(removed, "model"));
    if (!swept.empty()) deleted.push_back(leftovers_in_words(swept));
    std::string text = "Deleted " + listed(deleted);
    const std::size_t rest = report.items.size() - removed;
    if (rest > 0) text += ", " + std::to_string(rest) + " not";
    if (report.freed) return text + "; " + to_string(*report.freed) + " came free\n";
    return text + "; up to " + to_string(report.announced) + " came free\n";
}

std::string below(const use::Report& report) {
    std::string text;
    for (const use::Item& item : report.items) {
        if (item.outcome != Outcome::removed) continue;
        if (const std::string back = item.step.back(); !back.empty())
            text += item.step.model.name.display() + " comes back with: " + back + "\n";
        else if (item.step.way_back)
            text += item.step.model.name.display() + (item.step.way_back->unanswered ? " may" : " does") +
                    " not come back: " + item.step.way_back->missing + "\n";
    }
    return text + sum(report);
}

} // namespace

std::string amount(ByteCount bytes, const use::Plan& plan) {
    const bool known = plan.measure != rules::Measure::at_most || plan.frees == ByteCount();
    return (known ? "" : "up to ") + to_string(bytes);
}

std::string question(const use::Plan& plan) {
    std::vector<std::string> names;
    for (const use::Step& step : plan.steps) {
        if (step.what == Do::remove) names.push_back(printable(step.model.name.display()));
    }
    constexpr std::size_t most_named = 5;
    std::vector<std::string> parts;
    if (!names.empty()) parts.push_back(names.size() > most_named ? counted(names.size(), "model") : listed(names));
    if (!plan.leftovers.going.empty()) parts.push_back(leftovers_in_words(plan.leftovers.going));
    return "Remove " + listed(parts) + ", which frees " + amount(plan.frees_in_all(), plan) + "?";
}

std::string text(const use::Plan& plan, std::size_t columns) {
    Table table({{"DO"}, {"NAME"}, {"SIZE"}, {"FREES"}, {"WHY"}}); // half a name is none to agree to
    for (const use::Step& step : plan.steps) {
        table.add({std::string(word(step.what)), step.model.name.display(), size_of(step),
                   step.what == Do::remove ? amount(step.frees, plan) : "-", step.reason});
    }
    std::string text = plan.steps.empty() ? "" : table.text(columns);
    for (const std::string& sentence : plan.leftovers.kept)
        text += sentence + "\n";
    for (const use::Step& step : plan.steps) {
        if (step.what != Do::remove) continue;
        if (const std::string back = step.back(); !back.empty())
            text += step.model.name.display() + " would come back with: " + back + "\n";
        else if (step.way_back)
            text += step.model.name.display() + (step.way_back->unanswered ? " may" : " would") +
                    " not come back: " + step.way_back->missing + "\n";
    }
    return text + tally(plan);
}

std::string text(const use::Report& report, std::size_t columns) {
    return (report.items.empty() ? "" : table_of(report).text(columns)) + below(report);
}

std::string markdown(const use::Report& report) {
    return (report.items.empty() ? "" : table_of(report).markdown() + "\n") + ui::markdown_preformatted(below(report));
}

} // namespace codemate::cli::prune
