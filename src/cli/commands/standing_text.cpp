#include "cli/commands/standing.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/text.hpp"
#include "codemate/ui/table.hpp"

namespace codemate::cli {
namespace {

using Change = ImageDiff::Change;
using ui::Table;

std::string id(const std::optional<Digest>& digest) {
    return digest ? digest->id() : "-";
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

std::string texts(const upstream::Standing& standing) {
    std::string text;
    for (const upstream::TextDiff& diff : standing.texts) {
        text += "  " + std::string(to_string(diff.role)) + ":\n";
        for (const std::string& line : diff.lines)
            text += "    " + printable(line, 10'000) + "\n";
    }
    return text;
}

} // namespace

std::string layers_text(const ImageDiff& diff) {
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

std::string changes_text(const upstream::Standing& standing) {
    if (!standing.diff) return {}; // a tag that is gone, or serves the same content
    const std::string was = standing.against == upstream::Against::lock ? "locked at " : "installed at ";
    std::string text = "\n" + printable(standing.name.display()) + ": " + was + id(standing.before) +
                       ", the tag serves " + id(standing.after) +
                       (standing.source == standing.name ? "" : " (" + printable(standing.source.display()) + ")") +
                       "\n" + layers_text(*standing.diff);
    if (standing.to_fetch) text += "  an update fetches " + to_string(*standing.to_fetch) + "\n";
    return text + texts(standing);
}

void warn_of_license(const upstream::Standing& standing, Wiring& wiring) {
    if (!standing.diff || !standing.diff->license_changed()) return;
    wiring.warn("the licence of " + quoted(standing.name.display()) +
                " has changed: read the new one before you update");
}

} // namespace codemate::cli
