#include "codemate/base/text.hpp"

#include "cli/commands/export/render.hpp"

#include "codemate/ui/markup.hpp"
#include "codemate/ui/table.hpp"

#include <algorithm>

namespace codemate::cli::exporting {
namespace {

namespace use = lifecycle::exports;
using ui::Table;

std::string id(const use::Step& step) {
    return step.image ? step.image->digest.id() : "-";
}

std::string size(const use::Step& step) {
    return step.image ? to_string(step.image->size()) : "-";
}

std::string moved_word(const To& to) {
    return to.form == To::Form::directory ? "written" : "sent";
}

std::string planned(const use::Step& step) {
    if (step.obstacle) return "cannot be exported";
    if (step.up_to_date) return "there already";
    std::vector<std::string> parts;
    if (step.replaced) parts.push_back("in the place of " + step.replaced->id());
    if (step.from_store() > ByteCount()) parts.push_back(to_string(step.from_store()) + " from the models directory");
    if (step.from_registry() > ByteCount()) parts.push_back(to_string(step.from_registry()) + " from its registry");
    if (step.left_over() > ByteCount())
        parts.push_back(to_string(step.left_over()) + " of that are there from an earlier run");
    return parts.empty() ? "its layers are there" : joined(parts, ", ");
}

// A registry may forget it.
std::string kept(ByteCount bytes, const To& to) {
    if (bytes == ByteCount()) return "";
    return ", " + to_string(bytes) +
           (to.form == To::Form::directory ? " kept for the next run" : " there of what is not whole yet");
}

std::string result(const use::Item& item, const To& to) {
    if (item.error) return "failed" + kept(item.kept, to);
    if (!item.done) return "not exported" + kept(item.kept, to);
    std::string text = item.step.up_to_date && item.carried.moved == ByteCount() ? "there already" : "exported";
    if (item.step.replaced) text += " in the place of " + item.step.replaced->id();
    if (item.carried.moved > ByteCount()) text += ", " + to_string(item.carried.moved) + " " + moved_word(to);
    if (item.carried.resumed > ByteCount()) text += ", " + to_string(item.carried.resumed) + " of an earlier run";
    if (item.mounted > 0) text += ", " + counted(item.mounted, "layer") + " from another repository there";
    if (item.carried.begun_anew > 0) text += ", " + counted(item.carried.begun_anew, "upload") + " begun anew";
    return text;
}

Table table_of(const use::Report& report, const To& to) {
    Table table({{"MODEL"}, {"ID"}, {"SIZE"}, {"RESULT"}});
    for (const use::Item& item : report.items)
        table.add({item.step.name.display(), id(item.step), size(item.step), result(item, to)});
    return table;
}

std::string sum(const use::Report& report, const To& to) {
    ByteCount moved, unfinished;
    for (const use::Item& item : report.items) {
        moved += item.carried.moved;
        unfinished += item.kept;
    }
    const auto done = static_cast<std::size_t>(std::ranges::count(report.items, true, &use::Item::done));
    std::string text = counted(done, "model");
    if (done < report.items.size()) text = std::to_string(done) + " of " + counted(report.items.size(), "model");
    return text + " in " + printable(to.shown) + "; " + to_string(moved) + " " + moved_word(to) + kept(unfinished, to) +
           "\n";
}

} // namespace

std::string text(const use::Plan& plan, const To& to, std::size_t columns) {
    Table table({{"MODEL"}, {"ID"}, {"SIZE"}, {"EXPORT"}});
    for (const use::Step& step : plan.steps)
        table.add({step.name.display(), id(step), size(step), planned(step)});
    return table.text(columns) + counted(plan.steps.size(), "model") + " to " + printable(to.shown) + ": " +
           to_string(plan.from_store()) + " from the models directory, " + to_string(plan.from_registry()) +
           " from registries; nothing was written\n";
}

std::string text(const use::Report& report, const To& to, std::size_t columns) {
    return table_of(report, to).text(columns) + sum(report, to);
}

std::string markdown(const use::Report& report, const To& to) {
    return table_of(report, to).markdown() + "\n" + ui::markdown_preformatted(sum(report, to));
}

} // namespace codemate::cli::exporting
