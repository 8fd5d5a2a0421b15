#include "lifecycle/benchmark/measuring.hpp"

namespace codemate::lifecycle::benchmark {
namespace {

using ollama::Chunk;
using ollama::Flow;

Asked generated(const std::string& text, const Step& step, const Options& options, const Ports& ports,
                std::optional<Duration> cold_load, Stop stop) {
    const ollama::Prompt prompt{.model = step.name,
                                .text = text,
                                .load = {.num_ctx = step.num_ctx},
                                .num_predict = step.tokens,
                                .patience = options.patience};
    std::optional<SteadyTime> byte, first;
    const SteadyTime begin = ports.clock.steady();
    const auto hear = [&](const Chunk& chunk) {
        if (!byte && !chunk.silence) byte = chunk.received;
        if (!first && !(chunk.text.empty() && chunk.thinking.empty())) first = chunk.received;
        return Flow::go_on;
    };
    const ollama::Generated answer = ports.server.generate(prompt, hear, std::move(stop));
    const SteadyTime end = ports.clock.steady();
    if (const auto flaw = flaw_of(answer, step, cold_load)) return *flaw;
    if (!byte || !first) return Flaw::no_metrics; // text that never came has no time
    return state::Sample{*first - begin, end - begin,           *answer.load,   *answer.prompt_eval,
                         *answer.eval,   *answer.prompt_tokens, *answer.tokens, *byte - begin};
}

// The answer comes whole, and its one duration holds loading, too.
Asked embedded(const std::string& text, const Step& step, const Options& options, const Ports& ports,
               std::optional<Duration> cold_load, Stop stop) {
    const ollama::Passage passage{
        .model = step.name, .text = text, .load = {.num_ctx = step.num_ctx}, .patience = options.patience};
    const SteadyTime begin = ports.clock.steady();
    const ollama::Embedded answer = ports.server.embed(passage, std::move(stop));
    const SteadyTime end = ports.clock.steady();
    if (const auto flaw = flaw_of(answer, cold_load)) return *flaw;
    return state::Sample{.total = end - begin,
                         .load = *answer.load,
                         .prompt_eval = *answer.total - *answer.load,
                         .prompt_tokens = *answer.tokens};
}

} // namespace

Asked ask(const std::string& text, const Step& step, const Options& options, const Ports& ports,
          std::optional<Duration> cold_load, Stop stop) {
    const auto way = step.task == Task::embed ? embedded : generated;
    return way(text, step, options, ports, cold_load, std::move(stop));
}

} // namespace codemate::lifecycle::benchmark
