#include "cli/commands/benchmark/load.hpp"
#include "cli/commands/benchmark/words.hpp"

#include "codemate/base/text.hpp"
#include "codemate/ui/table.hpp"

#include <algorithm>
#include <array>

namespace codemate::cli::benchmark {
namespace {

namespace use = lifecycle::benchmark;
using statistics::Summary;

std::string milliseconds(const std::optional<double>& value) {
    return value ? number(*value) + " ms" : "-";
}

std::string middle(const std::optional<Summary>& summary) {
    return milliseconds(summary ? std::optional(summary->median) : std::nullopt);
}

std::string done_again(const state::Load& load) {
    std::vector<std::string> parts;
    for (const auto& [reason, count] : load.done_again)
        parts.push_back(std::to_string(count) + " " + reason + (reason == "busy" ? " (503)" : ""));
    return parts.empty() ? ""
                         : "  " + std::to_string(load.in_flight) +
                               " at once: did not count, done again: " + joined(parts, ", ") + "\n";
}

struct Column {
    const char* heading;
    std::string (*cell)(const state::Load&, const use::LoadFigures&);
};

template<std::optional<double> Summary::*share>
std::string beyond(const state::Load&, const use::LoadFigures& figures) {
    return figures.total_ms ? milliseconds((*figures.total_ms).*share) : "-";
}

constexpr std::string_view none = "-";

constexpr std::array columns_of_load{
    Column{"AT ONCE", [](const state::Load& load, const use::LoadFigures&) { return std::to_string(load.in_flight); }},
    Column{"REQUESTS",
           [](const state::Load& load, const use::LoadFigures&) { return std::to_string(load.served.size()); }},
    Column{"TOKENS/S", [](const state::Load&, const use::LoadFigures& figures) { return number(figures.tokens_rate); }},
    Column{"FIRST TOKEN",
           [](const state::Load&, const use::LoadFigures& figures) { return middle(figures.first_token_ms); }},
    Column{"QUEUEING", [](const state::Load&, const use::LoadFigures& figures) { return middle(figures.queueing_ms); }},
    Column{"TOTAL", [](const state::Load&, const use::LoadFigures& figures) { return middle(figures.total_ms); }},
    Column{"P90", beyond<&Summary::p90>},
    Column{"P95", beyond<&Summary::p95>},
    Column{"P99", beyond<&Summary::p99>},
};

} // namespace

std::string load_text(const std::vector<state::Load>& loads, const std::vector<state::Sample>& alone,
                      std::size_t columns) {
    if (loads.empty()) return {};
    std::vector<use::LoadFigures> figures;
    std::string below;
    for (const state::Load& load : loads) {
        figures.push_back(use::figures_of(load, alone));
        below += done_again(load);
    }
    std::vector<ui::Table::Column> headings;
    std::vector<std::vector<std::string>> rows(loads.size());
    for (const Column& column : columns_of_load) {
        std::vector<std::string> cells;
        for (std::size_t i = 0; i < loads.size(); ++i)
            cells.push_back(column.cell(loads[i], figures[i]));
        // What no level has, such as a percentile of few requests, takes no room.
        if (std::ranges::count(cells, none) == std::ssize(cells)) continue;
        headings.push_back({column.heading});
        for (std::size_t i = 0; i < loads.size(); ++i)
            rows[i].push_back(std::move(cells[i]));
    }
    ui::Table table(std::move(headings));
    for (auto& row : rows)
        table.add(std::move(row));
    const bool embeds = !alone.empty() && alone.front().tokens == 0;
    return std::string("  under load, tokens of all ") + (embeds ? "prompts" : "answers") +
           " a second, medians and percentiles of a request\n" + table.text(columns) + below;
}

} // namespace codemate::cli::benchmark
