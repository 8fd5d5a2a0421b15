#include "cli/commands/benchmark/load.hpp"
#include "cli/commands/benchmark/render.hpp"

namespace codemate::cli::benchmark {

json::Value load_json(const std::vector<state::Load>& loads, const std::vector<state::Sample>& alone) {
    json::Value list = json::Value::array();
    for (const state::Load& load : loads) {
        const lifecycle::benchmark::LoadFigures figures = lifecycle::benchmark::figures_of(load, alone);
        json::Value value = json::Value::object();
        value.set("tokens_per_s", figures.tokens_rate).set("requests_per_s", figures.requests_rate);
        set_summary(value, "first_token_ms", figures.first_token_ms);
        set_summary(value, "total_ms", figures.total_ms);
        set_summary(value, "queueing_ms", figures.queueing_ms);
        list.add(state::to_json(load).set("figures", std::move(value)));
    }
    return list;
}

} // namespace codemate::cli::benchmark
