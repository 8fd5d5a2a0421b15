#include "cli/commands/benchmark/sheet.hpp"
#include "cli/commands/benchmark/words.hpp"

#include "codemate/base/text.hpp"
#include "codemate/ui/markup.hpp"

#include <algorithm>
#include <functional>
#include <span>

namespace codemate::cli::benchmark {
namespace {

namespace use = lifecycle::benchmark;
using state::Benchmark;
using ui::markdown_escaped;

using Cells = std::vector<std::string>;

std::string line(const Cells& cells) {
    return "| " + joined(cells, " | ") + " |\n";
}

std::string or_dash(const std::string& text) {
    return text.empty() ? "-" : markdown_escaped(printable(text));
}

std::string figure(const std::optional<statistics::Summary>& summary) {
    return summary ? with_interval(*summary) : "-";
}

std::string when(Time at) {
    return to_rfc3339(std::chrono::floor<std::chrono::seconds>(at));
}

std::span<const Benchmark> shown(const Subject& subject, const Sheet& sheet) {
    const std::span<const Benchmark> all(subject.measured);
    return sheet.of == Sheet::Of::history || all.empty() ? all : all.last(1);
}

struct Column {
    std::string heading;
    std::string_view rule;
    std::function<std::string(const Benchmark&)> cell;
};

std::string tokens(const Benchmark& entry) {
    if (entry.runs.empty()) return std::to_string(entry.prompt_tokens) + " + " + std::to_string(entry.tokens);
    return std::to_string(entry.runs.front().prompt_tokens) + " + " + std::to_string(entry.runs.front().tokens);
}

constexpr std::string_view to_the_left = "---", to_the_right = "---:";

std::vector<Column> what_it_is() {
    return {{"model", to_the_left, [](const Benchmark& entry) { return "`" + entry.name.display() + "`"; }},
            {"id", to_the_left, [](const Benchmark& entry) { return entry.digest ? entry.digest->id() : "-"; }},
            {"quantization", to_the_left, [](const Benchmark& entry) { return or_dash(entry.quantization); }}};
}

std::vector<Column> figures() {
    const auto of = [](std::optional<statistics::Summary> use::Figures::*which) {
        return [which](const Benchmark& entry) { return figure(use::figures_of(entry.runs).*which); };
    };
    return {{"load", to_the_right,
             [](const Benchmark& entry) { return entry.cold ? milliseconds(entry.cold->load) : "-"; }},
            {"first token, ms", to_the_right, of(&use::Figures::first_token_ms)},
            {"prefill, tokens/s", to_the_right, of(&use::Figures::prefill_rate)},
            {"decode, tokens/s", to_the_right, of(&use::Figures::decode_rate)},
            {"memory", to_the_right,
             [](const Benchmark& entry) { return entry.memory == ByteCount{} ? "-" : to_string(entry.memory); }},
            {"GPU", to_the_right, [](const Benchmark& entry) { return share_on_gpu(entry.memory, entry.memory_gpu); }},
            {"runs", to_the_right, [](const Benchmark& entry) { return std::to_string(entry.runs.size()); }}};
}

// What is the same for all rows more often than not: then it is said once, below the table.
std::vector<Column> circumstances() {
    return {{"hardware", to_the_left,
             [](const Benchmark& entry) { return entry.hardware.empty() ? "not known" : or_dash(entry.hardware); }},
            {"server", to_the_left,
             [](const Benchmark& entry) {
                 return entry.server_version.empty() ? "-" : "Ollama " + or_dash(entry.server_version);
             }},
            {"context", to_the_right, [](const Benchmark& entry) { return std::to_string(entry.num_ctx); }},
            {"tokens of prompt + answer", to_the_right, tokens},
            {"measured", to_the_left, [](const Benchmark& entry) { return when(entry.at); }},
            {"measured by", to_the_left, [](const Benchmark& entry) { return "codemate " + or_dash(entry.codemate); }}};
}

bool is_same_for_all(const Column& column, const std::vector<const Benchmark*>& rows) {
    return std::ranges::all_of(rows,
                               [&](const Benchmark* row) { return column.cell(*row) == column.cell(*rows.front()); });
}

std::string capitalised(std::string text) {
    text.front() = static_cast<char>(text.front() - 'a' + 'A'); // ours, in small letters
    return text;
}

std::string stated_cell(const Subject& subject) {
    Cells lines;
    for (const std::string& each : stated_lines(subject.stated))
        lines.push_back(markdown_escaped(each));
    return lines.empty() ? "-" : joined(lines, "<br>");
}

// Columns of the table, and sentences below it.
struct Layout {
    std::vector<Column> columns;
    std::string below = "Medians, in brackets the interval that holds them with 95 % confidence.";
};

Layout layout_of(const std::vector<const Benchmark*>& rows, Sheet::Of of) {
    Layout layout{what_it_is()};
    for (Column& column : circumstances()) {
        // Models are measured one after the other: that tells nothing. In a history the moment tells them apart.
        const bool belongs_below =
            column.heading == "measured" ? of == Sheet::Of::measurement : is_same_for_all(column, rows);
        if (belongs_below)
            layout.below += " " + capitalised(column.heading) + ": " + column.cell(*rows.back()) + ".";
        else
            layout.columns.push_back(std::move(column));
    }
    for (Column& column : figures())
        layout.columns.push_back(std::move(column));
    return layout;
}

std::string table(const Sheet& sheet) {
    std::vector<const Benchmark*> rows;
    Cells stated; // a cell for each row
    for (const Subject& subject : sheet.subjects)
        for (const Benchmark& each : shown(subject, sheet)) {
            rows.push_back(&each);
            stated.push_back(&each == &subject.measured.back() ? stated_cell(subject) : "");
        }
    if (rows.empty()) return "Nothing was measured.\n";
    const bool states = std::ranges::any_of(sheet.subjects, [](const Subject& each) { return !each.stated.empty(); });
    const Layout layout = layout_of(rows, sheet.of);
    Cells headings, rules;
    for (const Column& column : layout.columns) {
        headings.push_back(column.heading);
        rules.emplace_back(column.rule);
    }
    if (states) {
        headings.emplace_back(stated_heading);
        rules.emplace_back(to_the_left);
    }
    std::string text = line(headings) + line(rules);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Cells cells;
        for (const Column& column : layout.columns)
            cells.push_back(column.cell(*rows[i]));
        if (states) cells.push_back(stated[i]);
        text += line(cells);
    }
    text += "\n" + layout.below;
    if (states)
        text += " The last column is what the manifest says of these models, on the hardware that it names; codemate "
                "did not measure it.";
    return text + "\n";
}

std::string list_of_remarks(const Sheet& sheet) {
    std::string text;
    const auto add = [&](const Subject& subject, const std::string& remark) {
        text += "- `" + subject.name.display() + "`: " + markdown_escaped(remark) + "\n";
    };
    for (const Subject& subject : sheet.subjects) {
        if (!subject.failure.empty()) add(subject, "not measured: " + subject.failure);
        for (const std::string& remark : subject.remarks)
            add(subject, remark);
    }
    return text.empty() ? text : "\n" + text;
}

} // namespace

std::string markdown(const Sheet& sheet) {
    return table(sheet) + list_of_remarks(sheet);
}

} // namespace codemate::cli::benchmark
