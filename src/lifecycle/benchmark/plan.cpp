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

constexpr std::uint64_t bytes_per_token = 4; // of one's own prompt, before a server has counted

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
    if (step.task == Task::generate)
        step.tokens = options.tokens.value_or(std::min(usual_answer, std::max<std::uint64_t>(step.num_ctx / 4, 1)));
    if (options.prompt) { // how long it is the first answer says
        step.prompt = Digest::of(*options.prompt);
        step.prompt_tokens = options.prompt->size() / bytes_per_token + 1;
        return;
    }
    step.prompt_tokens =
        options.prompt_tokens.value_or(std::min(usual_prompt, std::max<std::uint64_t>(step.num_ctx / 2, 1)));
    // A prompt is never exactly as long as asked for: a tenth more has to fit, too.
    if (step.prompt_tokens + step.prompt_tokens / 10 + step.tokens > step.num_ctx) step.obstacle = too_long(step);
}

// As if they came one after the other: so it is on a server that was not told otherwise. `one`: of one request.
double time_of_loads(const Step& step, double one, const state::Benchmark* before) {
    double sum = 0;
    for (const std::size_t in_flight : step.concurrency) {
        double each = one;
        if (before != nullptr)
            for (const state::Load& load : before->loads)
                if (load.in_flight == in_flight)
                    each = static_cast<double>(load.wall.count()) / static_cast<double>(load.served.size());
        sum += each * static_cast<double>(in_flight * (step.runs + 1)); // one of each thread to warm up
    }
    return sum;
}

void set_estimate(Step& step, const ollama::Installed& model, const Facts& facts) {
    const auto count = static_cast<double>(step.runs + 1); // and one to warm up
    if (const state::Benchmark* before = latest_of(step.name, facts.before); before && !before->runs.empty()) {
        const state::Sample& run = before->runs.front();
        const double one = run.prefill_time() * static_cast<double>(step.prompt_tokens) +
                           run.decode_time() * static_cast<double>(step.tokens);
        const Duration cold = before->cold ? before->cold->load : Duration{0};
        step.estimate =
            cold + Duration(static_cast<std::int64_t>(one * (count + 1) + time_of_loads(step, one, before)));
        step.estimate_is_a_guess = false;
        return;
    }
    const auto size = static_cast<double>(model.size.count());
    const double one = size * static_cast<double>(step.tokens) / decode_rate +
                       size * static_cast<double>(step.prompt_tokens) / prefill_rate;
    const double seconds = size / load_rate + one * (count + 1) + time_of_loads(step, one, nullptr);
    step.estimate = Duration(static_cast<std::int64_t>(seconds * 1e9));
}

// By what the server says that it can do; older ones do not say it, but of what family it is. Nothing: neither.
std::optional<Task> task_of(const ollama::Installed& model, const Facts& facts) {
    const auto shown = facts.shown.find(model.name);
    const bool is_shown = shown != facts.shown.end();
    const auto& can = is_shown && !shown->second.capabilities.empty() ? shown->second.capabilities : model.capabilities;
    const auto has = [&](std::string_view word) { return std::ranges::find(can, word) != can.end(); };
    if (can.empty()) return model.family.find("bert") != std::string::npos ? Task::embed : Task::generate;
    if (has("completion")) return Task::generate;
    return has("embedding") ? std::optional(Task::embed) : std::nullopt;
}

Step step_for(const manifest::Wanted& wanted, const Options& options, const Facts& facts) {
    Step step{.name = wanted.name, .runs = options.runs, .concurrency = options.concurrency};
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
    const std::optional<Task> task = task_of(*installed, facts);
    step.task = task.value_or(Task::generate);
    set_lengths(step, options, facts);
    set_estimate(step, *installed, facts);
    if (!task)
        step.obstacle =
            Error(Kind::unsupported, quoted(step.name.display()) + " neither writes text nor makes vectors of it")
                .hint("only that can be measured");
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
