#include "cli/commands/benchmark/load.hpp"

#include "codemate/ui/table.hpp"

#include <cmath>
#include <cstdio>

namespace codemate::cli::benchmark {
namespace {

namespace use = lifecycle::benchmark;
using statistics::Summary;

// Three digits, and all of those before the point.
std::string number(double value) {
    char text[32];
    const int digits = std::abs(value) >= 100 ? 0 : std::abs(value) >= 10 ? 1 : 2;
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string milliseconds(const std::optional<double>& value) {
    return value ? number(*value) + " ms" : "-";
}

std::string middle(const std::optional<Summary>& summary) {
    return milliseconds(summary ? std::optional(summary->median) : std::nullopt);
}

std::uint64_t lost(const state::Load& load) {
    std::uint64_t sum = 0;
    for (const auto& [reason, count] : load.done_again)
        sum += count;
    return sum;
}

} // namespace

std::string load_text(const std::vector<state::Load>& loads, const std::vector<state::Sample>& alone,
                      std::size_t columns) {
    if (loads.empty()) return {};
    ui::Table table({{"AT ONCE"},
                     {"REQUESTS"},
                     {"TOKENS/S"},
                     {"FIRST TOKEN"},
                     {"QUEUEING"},
                     {"TOTAL"},
                     {"P90"},
                     {"P95"},
                     {"P99"},
                     {"503"},
                     {"DONE AGAIN"}});
    for (const state::Load& load : loads) {
        const use::LoadFigures figures = use::figures_of(load, alone);
        const auto& total = figures.total_ms;
        const auto beyond = [&](std::optional<double> Summary::*share) {
            return milliseconds(total ? (*total).*share : std::nullopt);
        };
        table.add({std::to_string(load.in_flight), std::to_string(load.served.size()), number(figures.tokens_rate),
                   middle(figures.first_token_ms), middle(figures.queueing_ms), middle(total), beyond(&Summary::p90),
                   beyond(&Summary::p95), beyond(&Summary::p99), std::to_string(figures.busy),
                   std::to_string(lost(load))});
    }
    const bool embeds = !alone.empty() && alone.front().tokens == 0;
    return std::string("  under load, tokens of all ") + (embeds ? "prompts" : "answers") +
           " a second, medians and percentiles of a request\n" + table.text(columns);
}

} // namespace codemate::cli::benchmark
