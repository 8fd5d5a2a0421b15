#include "codemate/base/text.hpp"

#include "cli/commands/benchmark/load.hpp"
#include "cli/commands/benchmark/render.hpp"

#include "codemate/ui/table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

namespace codemate::cli::benchmark {
namespace {

namespace use = lifecycle::benchmark;
using statistics::Change;
using statistics::Summary;
using ui::Table;

// Three digits, and all of those before the point.
std::string number(double value) {
    char text[32];
    const int digits = std::abs(value) >= 100 ? 0 : std::abs(value) >= 10 ? 1 : 2;
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string middle(const std::optional<Summary>& summary, std::string_view unit) {
    return summary ? number(summary->median) + std::string(unit) : "-";
}

std::string milliseconds(Duration span) {
    return number(in_seconds(span) * 1e3) + " ms";
}

std::string on_gpu(ByteCount memory, ByteCount gpu) {
    if (memory == ByteCount{}) return "-";
    return std::to_string(static_cast<std::uint64_t>(static_cast<double>(gpu.count()) * 100 /
                                                     static_cast<double>(memory.count()))) +
           " %";
}

std::string tokens(const use::Item& item) {
    if (item.runs.empty()) return "-";
    const std::string prompt = std::to_string(item.runs.front().prompt_tokens);
    return item.step.task == use::Task::embed ? prompt : prompt + " + " + std::to_string(item.runs.front().tokens);
}

std::string scatter(const std::string& what, const std::optional<Summary>& summary, std::string_view unit) {
    if (!summary) return {};
    std::string line = "  " + what + ": " + number(summary->median) + std::string(unit);
    if (summary->interval)
        line += " (95 %: " + number(summary->interval->low) + " to " + number(summary->interval->high) + ")";
    line += ", from " + number(summary->least) + " to " + number(summary->most);
    if (summary->p90) line += ", p90 " + number(*summary->p90);
    if (summary->p95) line += ", p95 " + number(*summary->p95);
    if (summary->p99) line += ", p99 " + number(*summary->p99);
    return line + "\n";
}

std::string levels(const use::Step& step) {
    std::vector<std::string> numbers;
    for (const std::size_t level : step.concurrency)
        numbers.push_back(std::to_string(level));
    return joined(numbers, ", ");
}

std::string flaws_text(const use::Item& item) {
    std::map<std::string, std::size_t> counts;
    for (const use::Flaw flaw : item.flaws)
        ++counts[std::string(use::to_string(flaw))];
    std::vector<std::string> parts;
    for (const auto& [name, count] : counts)
        parts.push_back(std::to_string(count) + " " + name);
    return parts.empty() ? "" : "  did not count, done again: " + joined(parts, ", ") + "\n";
}

std::string change(const std::string& what, const statistics::Comparison& comparison) {
    const double percent = (comparison.ratio - 1) * 100;
    const std::string size = number(std::abs(percent)) + " % " + (percent < 0 ? "less" : "more") + " time a token";
    switch (comparison.change) {
    case Change::better:
        return what + " better: " + size;
    case Change::worse:
        return what + " worse: " + size;
    case Change::no_evidence:
        return what + ": no evidence of a difference (" + size + ")";
    case Change::too_few:
        break;
    }
    return what + ": too few runs to compare (" + size + ")";
}

std::string comparison_text(const Row& row) {
    if (!row.comparison) return {};
    std::string text =
        "  beside that of " + to_rfc3339(std::chrono::floor<std::chrono::seconds>(row.before->at)) + ": ";
    const use::Comparison& comparison = *row.comparison;
    if (!comparison.not_comparable.empty())
        return text + "not comparable, " + printable(comparison.not_comparable) + "\n";
    text += change("prefill", comparison.prefill);
    text += comparison.embeds ? "\n" : "; " + change("decode", comparison.decode) + "\n";
    if (!comparison.differences.empty()) text += "  what else differs: " + joined(comparison.differences, ", ") + "\n";
    return text;
}

std::string verdict_text(const Row& row) {
    switch (row.verdict) {
    case Row::Verdict::none_asked:
        return {};
    case Row::Verdict::passed:
        return "  gate: passed\n";
    case Row::Verdict::failed:
        return "  gate: failed, " + row.why + "\n";
    case Row::Verdict::no_verdict:
        break;
    }
    return "  gate: no verdict, " + row.why + "\n";
}

std::string more(const Row& row) {
    const use::Figures figures = use::figures_of(row.item.runs);
    std::string text = row.item.step.name.display() + "\n";
    text += scatter("first token", figures.first_token_ms, " ms") + scatter("total", figures.total_ms, " ms");
    text += scatter("prefill", figures.prefill_rate, " tokens/s") + scatter("decode", figures.decode_rate, " tokens/s");
    text += flaws_text(row.item);
    for (const auto* list : {&row.item.notes, &row.broken_promises, &row.advice})
        for (const std::string& line : *list)
            text += "  " + line + "\n";
    return text + comparison_text(row) + verdict_text(row);
}

} // namespace

std::string text(const std::vector<Row>& rows, std::size_t columns) {
    Table table({{"MODEL", Table::Cut::middle},
                 {"LOAD"},
                 {"FIRST TOKEN"},
                 {"PREFILL/S"},
                 {"DECODE/S"},
                 {"TOKENS"},
                 {"CONTEXT"},
                 {"MEMORY"},
                 {"GPU"},
                 {"RUNS"}});
    std::string below;
    for (const Row& row : rows) {
        const use::Item& item = row.item;
        const use::Figures figures = use::figures_of(item.runs);
        table.add({item.step.name.display(), item.cold ? milliseconds(item.cold->load) : "-",
                   middle(figures.first_token_ms, " ms"), middle(figures.prefill_rate, ""),
                   middle(figures.decode_rate, ""), tokens(item),
                   item.step.num_ctx == 0 ? "-" : std::to_string(item.step.num_ctx),
                   item.memory == ByteCount{} ? "-" : to_string(item.memory), on_gpu(item.memory, item.memory_gpu),
                   std::to_string(item.runs.size())});
        if (!item.runs.empty()) below += more(row) + load_text(item.loads, item.runs, columns);
    }
    return table.text(columns) + below;
}

std::string plan_text(const use::Plan& plan, std::size_t columns) {
    const bool loads = std::ranges::any_of(plan.steps, [](const use::Step& step) { return !step.concurrency.empty(); });
    std::vector<Table::Column> headings{{"MODEL", Table::Cut::middle}, {"CONTEXT"}, {"PROMPT"}, {"ANSWER"}, {"RUNS"}};
    if (loads) headings.push_back({"AT ONCE"});
    headings.push_back({"ABOUT"});
    Table table(std::move(headings));
    for (const use::Step& step : plan.steps) {
        if (step.obstacle) continue;
        std::vector<std::string> cells{step.name.display(), std::to_string(step.num_ctx),
                                       (step.prompt ? "about " : "") + std::to_string(step.prompt_tokens),
                                       step.task == use::Task::embed ? "-" : std::to_string(step.tokens),
                                       std::to_string(step.runs)};
        if (loads) cells.push_back(levels(step));
        cells.push_back(to_text(step.estimate));
        table.add(std::move(cells));
    }
    return table.text(columns);
}

std::string history_text(const std::vector<state::Benchmark>& entries, std::size_t columns) {
    Table table({{"AT"},
                 {"MODEL", Table::Cut::middle},
                 {"ID"},
                 {"SERVER"},
                 {"FIRST TOKEN"},
                 {"PREFILL/S"},
                 {"DECODE/S"},
                 {"CONTEXT"},
                 {"RUNS"}});
    for (const state::Benchmark& entry : entries) {
        const use::Figures figures = use::figures_of(entry.runs);
        table.add({to_rfc3339(std::chrono::floor<std::chrono::seconds>(entry.at)), entry.name.display(),
                   entry.digest ? entry.digest->id() : "-", entry.server_version, middle(figures.first_token_ms, " ms"),
                   middle(figures.prefill_rate, ""), middle(figures.decode_rate, ""), std::to_string(entry.num_ctx),
                   std::to_string(entry.runs.size())});
    }
    return table.text(columns);
}

} // namespace codemate::cli::benchmark
