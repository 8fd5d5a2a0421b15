#include "codemate/base/text.hpp"
#include "codemate/lifecycle/benchmark.hpp"
#include "codemate/rules/contexts.hpp"
#include "codemate/rules/loaded.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>

namespace codemate::lifecycle::benchmark {
namespace {

constexpr std::uint64_t usual_context = 4096, usual_prompt = 256, usual_answer = 64;

// For a guess where nothing was measured: a disk that reads half a gigabyte a second, and a processor that reads ten
// for each token and one for each token of a prompt.
constexpr double load_rate = 0.5e9, decode_rate = 10e9, prefill_rate = 100e9;

Error too_long(const Step& step) {
    return Error(Kind::usage, counted(step.prompt_tokens, "token") + " of prompt and " + std::to_string(step.tokens) +
                                  " of answer do not fit into a context of " + std::to_string(step.num_ctx))
        .hint("ask for fewer with --prompt-tokens and --tokens, or for more context with --num-ctx");
}

// Lengths that nobody asked for give way to the context.
void set_lengths(Step& step, const Options& options, const Facts& facts) {
    const manifest::Declared* declared = facts.manifest.declared(step.name);
    const auto shown = facts.shown.find(step.name);
    const std::uint64_t supported = shown == facts.shown.end() ? 0 : shown->second.context_length;
    const auto declared_context = declared == nullptr ? std::nullopt : rules::asked_context(*declared);
    step.num_ctx = options.num_ctx.value_or(declared_context.value_or(usual_context));
    if (supported > 0) step.num_ctx = std::min(step.num_ctx, supported);
    step.tokens = options.tokens.value_or(std::min(usual_answer, std::max<std::uint64_t>(step.num_ctx / 4, 1)));
    step.prompt_tokens =
        options.prompt_tokens.value_or(std::min(usual_prompt, std::max<std::uint64_t>(step.num_ctx / 2, 1)));
    // A prompt is never exactly as long as asked for: a tenth more has to fit, too.
    if (step.prompt_tokens + step.prompt_tokens / 10 + step.tokens > step.num_ctx) step.obstacle = too_long(step);
}

void set_estimate(Step& step, const ollama::Installed& model, const Facts& facts) {
    const auto count = static_cast<double>(step.runs + 1); // and one to warm up
    if (const state::Benchmark* before = latest_of(step.name, facts.before); before && !before->runs.empty()) {
        const state::Sample& run = before->runs.front();
        const double one = run.prefill_time() * static_cast<double>(step.prompt_tokens) +
                           run.decode_time() * static_cast<double>(step.tokens);
        const Duration cold = before->cold ? before->cold->load : Duration{0};
        step.estimate = cold + Duration(static_cast<std::int64_t>(one * (count + 1)));
        step.estimate_is_a_guess = false;
        return;
    }
    const auto size = static_cast<double>(model.size.count());
    const double one = size * static_cast<double>(step.tokens) / decode_rate +
                       size * static_cast<double>(step.prompt_tokens) / prefill_rate;
    step.estimate = Duration(static_cast<std::int64_t>((size / load_rate + one * (count + 1)) * 1e9));
}

Step step_for(const manifest::Wanted& wanted, const Options& options, const Facts& facts) {
    Step step{.name = wanted.name, .runs = options.runs};
    const ollama::Installed* installed = rules::find(facts.installed, wanted.name);
    if (wanted.name.misread_by_server() || (installed != nullptr && installed->cloud())) {
        step.obstacle = Error(Kind::refused, quoted(wanted.name.display()) + " does not run on this server")
                            .hint("its speed is that of somebody else's machine");
        return step;
    }
    if (installed == nullptr) {
        step.obstacle = Error(Kind::not_found, "the server has no " + quoted(wanted.name.display()))
                            .hint("codemate pull " + wanted.name.display());
        return step;
    }
    step.name = installed->name;
    step.digest = installed->digest;
    step.quantization = installed->quantization;
    set_lengths(step, options, facts);
    set_estimate(step, *installed, facts);
    const auto& can = installed->capabilities;
    if (!can.empty() && std::ranges::find(can, "completion") == can.end())
        step.obstacle = Error(Kind::unsupported, quoted(step.name.display()) + " generates no text")
                            .hint("embedding models have no rate of tokens");
    return step;
}

std::vector<std::string> disturbed(const Facts& facts) {
    std::vector<std::string> sentences;
    if (!facts.running) return {"the server does not say which models are loaded: it may be loading one for others"};
    for (const ollama::Running& each : *facts.running)
        sentences.push_back(quoted(each.name.display()) + " is loaded, with a context of " +
                            std::to_string(each.context_length) +
                            ": whoever uses it has to wait, and it may have to make room");
    return sentences;
}

} // namespace

Duration Plan::estimate() const {
    Duration sum{0};
    for (const Step& step : steps)
        if (!step.obstacle) sum += step.estimate;
    return sum;
}

bool Plan::estimate_is_a_guess() const {
    return std::ranges::any_of(steps, [](const Step& step) { return !step.obstacle && step.estimate_is_a_guess; });
}

Plan plan(const Facts& facts, const Options& options) {
    Plan plan;
    for (const manifest::Wanted& wanted : facts.wanted)
        plan.steps.push_back(step_for(wanted, options, facts));
    plan.loaded_before = facts.running.value_or(std::vector<ollama::Running>{});
    const bool any = std::ranges::any_of(plan.steps, [](const Step& step) { return !step.obstacle; });
    if (any) plan.disturbed = disturbed(facts);
    return plan;
}

} // namespace codemate::lifecycle::benchmark
