#include "codemate/lifecycle/benchmark.hpp"

#include <algorithm>

namespace codemate::lifecycle::benchmark {
namespace {

constexpr std::uint64_t seed = 1; // of the bootstrap, as with a model alone

double milliseconds(Duration span) {
    return in_seconds(span) * 1e3;
}

// Nothing where it is not known, as with entries of older versions.
std::optional<double> usual_first_byte(const std::vector<state::Sample>& alone) {
    std::vector<double> waits;
    for (const state::Sample& run : alone)
        if (run.first_byte || run.tokens == 0) waits.push_back(milliseconds(run.first_byte.value_or(run.total)));
    return waits.empty() ? std::nullopt : std::optional(statistics::median(waits));
}

} // namespace

LoadFigures figures_of(const state::Load& load, const std::vector<state::Sample>& alone) {
    LoadFigures figures;
    std::uint64_t tokens = 0;
    std::vector<double> first, total, queueing;
    const std::optional<double> usual = usual_first_byte(alone);
    for (const state::Served& each : load.served) {
        tokens += each.tokens;
        first.push_back(milliseconds(each.first_token));
        total.push_back(milliseconds(each.total));
        if (usual) queueing.push_back(std::max(milliseconds(each.first_byte) - *usual, 0.0));
    }
    if (const double seconds = in_seconds(load.wall); seconds > 0) {
        figures.tokens_rate = static_cast<double>(tokens) / seconds;
        figures.requests_rate = static_cast<double>(load.served.size()) / seconds;
    }
    const bool embeds = !alone.empty() && alone.front().tokens == 0; // a vector has no first token
    if (!embeds) figures.first_token_ms = statistics::summarise(first, seed);
    figures.total_ms = statistics::summarise(total, seed);
    figures.queueing_ms = statistics::summarise(queueing, seed);
    const auto busy = load.done_again.find("busy");
    figures.busy = busy == load.done_again.end() ? 0 : busy->second;
    return figures;
}

} // namespace codemate::lifecycle::benchmark
