#include "cli/commands/benchmark/load.hpp"
#include "cli/commands/benchmark/render.hpp"
#include "cli/commands/benchmark/words.hpp"
#include "cli/commands/json_parts.hpp"

#include "codemate/ui/message.hpp"

#include <map>

namespace codemate::cli::benchmark {
namespace {

namespace use = lifecycle::benchmark;
using json::Value;
using statistics::Summary;

Value head(const Where& where, int status) {
    Value document = ui::envelope("benchmark", 1, status);
    Value server = Value::object().set("url", where.server);
    if (!where.version.empty()) server.set("version", where.version);
    if (!where.hardware.empty()) server.set("hardware", where.hardware);
    document.set("server", std::move(server));
    return document.set("manifest", manifest_json(where.manifest));
}

} // namespace

void set_summary(Value& object, std::string_view key, const std::optional<Summary>& summary) {
    if (!summary) return;
    Value value = Value::object();
    value.set("count", summary->count).set("median", summary->median).set("least", summary->least);
    value.set("most", summary->most).set("spread", summary->spread);
    if (summary->interval)
        value.set("interval", Value::array().add(summary->interval->low).add(summary->interval->high));
    if (summary->p90) value.set("p90", *summary->p90);
    if (summary->p95) value.set("p95", *summary->p95);
    if (summary->p99) value.set("p99", *summary->p99);
    object.set(key, std::move(value));
}

namespace {

Value figures_json(const std::vector<state::Sample>& runs) {
    const use::Figures figures = use::figures_of(runs);
    Value value = Value::object();
    set_summary(value, "first_token_ms", figures.first_token_ms);
    set_summary(value, "total_ms", figures.total_ms);
    set_summary(value, "prefill_tokens_per_s", figures.prefill_rate);
    set_summary(value, "decode_tokens_per_s", figures.decode_rate);
    return value;
}

Value measured_json(const state::Benchmark& entry) {
    Value value = state::to_json(entry);
    if (!entry.loads.empty()) value.set("load", load_json(entry.loads, entry.runs));
    return value.set("figures", figures_json(entry.runs));
}

std::string_view word(statistics::Change change) {
    switch (change) {
    case statistics::Change::better:
        return "better";
    case statistics::Change::worse:
        return "worse";
    case statistics::Change::no_evidence:
        return "no_evidence";
    case statistics::Change::too_few:
        break;
    }
    return "too_few";
}

std::string_view word(Row::Verdict verdict) {
    switch (verdict) {
    case Row::Verdict::passed:
        return "passed";
    case Row::Verdict::failed:
        return "failed";
    case Row::Verdict::none_asked:
    case Row::Verdict::no_verdict:
        break;
    }
    return "no_verdict";
}

Value change_json(const statistics::Comparison& comparison) {
    return Value::object()
        .set("change", word(comparison.change))
        .set("ratio", comparison.ratio)
        .set("chance_slower", comparison.chance_slower)
        .set("chance_faster", comparison.chance_faster);
}

Value comparison_json(const Row& row) {
    Value value = Value::object();
    value.set("at", to_rfc3339(row.before->at)).set("digest", digest_json(row.before->digest));
    if (row.in_turn) value.set("in_turn", measured_json(*row.before));
    value.set("comparable", row.comparison->not_comparable.empty());
    if (!row.comparison->not_comparable.empty()) return value.set("why", row.comparison->not_comparable);
    value.set("differences", strings(row.comparison->differences));
    value.set("prefill", change_json(row.comparison->prefill));
    if (!row.comparison->embeds) value.set("decode", change_json(row.comparison->decode));
    return value;
}

Value step_json(const use::Step& step) {
    Value value = Value::object();
    value.set("name", step.name.display()).set("digest", digest_json(step.digest));
    value.set("quantization", step.quantization).set("num_ctx", step.num_ctx);
    value.set("prompt_tokens", step.prompt_tokens).set("tokens", step.tokens).set("wanted_runs", step.runs);
    value.set("task", step.task == use::Task::embed ? "embed" : "generate");
    if (step.prompt) value.set("prompt", step.prompt->text());
    if (!step.concurrency.empty()) {
        Value levels = Value::array();
        for (const std::size_t level : step.concurrency)
            levels.add(level);
        value.set("concurrency", std::move(levels));
    }
    value.set("estimate_s", in_seconds(step.estimate));
    if (step.obstacle) value.set("error", ui::error_json(*step.obstacle));
    return value;
}

Value runs_json(const use::Item& item) {
    const state::Benchmark entry{.name = item.step.name, .cold = item.cold, .runs = item.runs};
    return state::to_json(entry);
}

Value flaws_json(const use::Item& item) {
    std::map<std::string_view, std::uint64_t> counts;
    for (const use::Flaw flaw : item.flaws)
        ++counts[use::to_string(flaw)];
    Value value = Value::object();
    for (const auto& [name, count] : counts)
        value.set(name, count);
    return value;
}

Value row_json(const Row& row) {
    const use::Item& item = row.item;
    Value value = step_json(item.step);
    value.set("outcome", use::to_string(item.outcome)).set("done_again", flaws_json(item));
    const Value samples = runs_json(item);
    if (const Value* cold = samples.find("cold")) value.set("cold", *cold);
    value.set("runs", *samples.find("runs")).set("figures", figures_json(item.runs));
    if (!item.loads.empty()) value.set("load", load_json(item.loads, item.runs));
    value.set("memory", item.memory.count()).set("memory_gpu", item.memory_gpu.count());
    if (item.load_average) value.set("load_average", *item.load_average);
    value.set("notes", strings(item.notes)).set("broken_promises", strings(row.broken_promises));
    value.set("advice", strings(row.advice));
    if (!row.stated.empty()) value.set("stated", stated_json(row.stated));
    if (row.comparison) value.set("baseline", comparison_json(row));
    if (row.verdict != Row::Verdict::none_asked) {
        Value gate = Value::object().set("verdict", word(row.verdict));
        if (!row.why.empty()) gate.set("why", row.why);
        if (const auto runs = ways_to_tell(row); !runs.empty()) gate.set("would_tell", strings(runs));
        value.set("gate", std::move(gate));
    }
    if (item.error) value.set("error", ui::error_json(*item.error));
    return value;
}

} // namespace

Value document(const std::vector<Row>& rows, const Where& where, int status) {
    Value models = Value::array();
    for (const Row& row : rows)
        models.add(row_json(row));
    return head(where, status).set("models", std::move(models));
}

Value plan_document(const use::Plan& plan, const Where& where, int status) {
    Value models = Value::array();
    for (const use::Step& step : plan.steps)
        models.add(step_json(step));
    Value document = head(where, status);
    document.set("planned", std::move(models)).set("estimate_s", in_seconds(plan.estimate()));
    return document.set("disturbed", strings(plan.disturbed));
}

Value history_document(const std::vector<state::Benchmark>& entries, const Where& where, int status) {
    Value history = Value::array();
    for (const state::Benchmark& entry : entries)
        history.add(measured_json(entry));
    return head(where, status).set("history", std::move(history));
}

} // namespace codemate::cli::benchmark
