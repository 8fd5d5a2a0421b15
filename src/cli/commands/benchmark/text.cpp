#include "codemate/base/text.hpp"

#include "cli/commands/benchmark/load.hpp"
#include "cli/commands/benchmark/render.hpp"
#include "cli/commands/benchmark/words.hpp"

#include "codemate/ui/table.hpp"

#include <algorithm>

namespace codemate::cli::benchmark {
namespace {

namespace use = lifecycle::benchmark;
using statistics::Summary;
using ui::Table;

std::string middle(const std::optional<Summary>& summary, std::string_view unit) {
    return summary ? number(summary->median) + std::string(unit) : "-";
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

std::string more(const Row& row) {
    const use::Figures figures = use::figures_of(row.item.runs);
    std::string text = row.item.step.name.display() + "\n";
    text += scatter("first token", figures.first_token_ms, " ms") + scatter("total", figures.total_ms, " ms");
    text += scatter("prefill", figures.prefill_rate, " tokens/s") + scatter("decode", figures.decode_rate, " tokens/s");
    for (const std::string& line : stated_lines(row.stated))
        text += "  " + std::string(stated_heading) + ": " + line + "\n";
    for (const std::string& line : remarks(row))
        text += "  " + line + "\n";
    return text;
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
                   item.memory == ByteCount{} ? "-" : to_string(item.memory),
                   share_on_gpu(item.memory, item.memory_gpu), std::to_string(item.runs.size())});
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
