#include "codemate/base/text.hpp"

#include "cli/commands/outdated/render.hpp"

#include "codemate/ui/table.hpp"

#include <array>

namespace codemate::cli::outdated {
namespace {

namespace use = lifecycle::outdated;
using Change = ImageDiff::Change;
using ui::Table;
using use::State;

std::string_view word(State state) {
    switch (state) {
    case State::current:
        return "up to date";
    case State::same_content:
        return "same content";
    case State::outdated:
        return "outdated";
    case State::no_upstream:
        return "no upstream";
    case State::absent:
        return "not installed";
    case State::failed:
        break;
    }
    return "failed";
}

std::string id(const std::optional<Digest>& digest) {
    return digest ? digest->id() : "-";
}

std::vector<std::string> cells(const use::Row& row) {
    const bool says_no_more = row.state == State::current || row.state == State::same_content;
    return {row.name.display(),
            std::string(word(row.state)),
            row.against == use::Against::nothing ? "-" : std::string(use::to_string(row.against)),
            id(row.before),
            id(row.after),
            row.to_fetch ? to_string(*row.to_fetch) : "-",
            says_no_more ? "-" : row.reason};
}

std::string_view word(Change change) {
    switch (change) {
    case Change::changed:
        return "changed";
    case Change::added:
        return "added";
    case Change::removed:
        return "removed";
    case Change::same:
        break;
    }
    return "same";
}

std::string size_of(const std::vector<Layer>& layers) {
    ByteCount sum;
    for (const Layer& layer : layers)
        sum += layer.size;
    return to_string(sum);
}

std::string sizes(const ImageDiff::Entry& entry) {
    if (entry.before.empty()) return entry.after.empty() ? "" : size_of(entry.after);
    if (entry.after.empty()) return size_of(entry.before);
    const std::string before = size_of(entry.before);
    const std::string after = size_of(entry.after);
    return before == after ? after : before + " → " + after;
}

void add_field(Table& table, std::string name, const ImageDiff::Field& field) {
    if (field.before.empty() || field.after.empty()) return;
    table.add({std::move(name), field.differs() ? "changed" : "same",
               field.differs() ? field.before + " → " + field.after : field.after});
}

std::string indented(const std::string& text) {
    std::string result;
    for (const std::string_view line : split(text, '\n')) {
        if (!line.empty()) result += "  " + std::string(line) + "\n";
    }
    return result;
}

std::string layers(const ImageDiff& diff) {
    Table table({{""}, {""}, {""}});
    for (const ImageDiff::Entry& entry : diff.entries)
        table.add({std::string(to_string(entry.role)), std::string(word(entry.change)), sizes(entry)});
    add_field(table, "quantization", diff.quantization);
    add_field(table, "parameters of the network", diff.parameter_size);
    add_field(table, "family", diff.family);
    const std::string before = to_string(diff.size_before);
    const std::string after = to_string(diff.size_after);
    table.add({"in all", diff.size_before == diff.size_after ? "same" : "changed",
               before == after ? after : before + " → " + after});
    return indented(table.text());
}

std::string texts(const use::Row& row) {
    std::string text;
    for (const use::TextDiff& diff : row.texts) {
        text += "  " + std::string(to_string(diff.role)) + ":\n";
        for (const std::string& line : diff.lines)
            text += "    " + printable(line, 10'000) + "\n";
    }
    return text;
}

std::string details(const use::Row& row) {
    const std::string was = row.against == use::Against::lock ? "locked at " : "installed at ";
    std::string text = "\n" + printable(row.name.display()) + ": " + was + id(row.before) + ", the tag serves " +
                       id(row.after) + (row.source == row.name ? "" : " (" + printable(row.source.display()) + ")") +
                       "\n" + layers(*row.diff);
    if (row.to_fetch) text += "  an update fetches " + to_string(*row.to_fetch) + "\n";
    return text + texts(row);
}

std::string tally(const use::Report& report) {
    constexpr std::array states{State::outdated,    State::current, State::same_content,
                                State::no_upstream, State::absent,  State::failed};
    std::vector<std::string> parts;
    for (const State state : states) {
        const std::size_t count = report.count(state);
        if (count > 0) parts.push_back(std::to_string(count) + " " + std::string(word(state)));
    }
    return counted(report.rows.size(), "model") + (parts.empty() ? "" : ": " + joined(parts, ", ")) + "\n";
}

} // namespace

std::string text(const use::Report& report, std::size_t columns) {
    Table table({{"MODEL"}, {"RESULT"}, {"AGAINST"}, {"ID"}, {"UPSTREAM"}, {"FETCH"}, {"CHANGES", Table::Cut::middle}});
    for (const use::Row& row : report.rows)
        table.add(cells(row));
    std::string text = table.text(columns) + tally(report);
    for (const use::Row& row : report.rows) {
        if (row.diff) text += details(row);
    }
    return text;
}

} // namespace codemate::cli::outdated
