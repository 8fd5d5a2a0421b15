#include "lifecycle/benchmark/measuring.hpp"

#include <algorithm>

namespace codemate::lifecycle::benchmark {
namespace {

// A runner that is there is found in a few milliseconds; queueing behind another client counts as loading, too.
constexpr Duration always_fine = std::chrono::milliseconds(20);
constexpr Duration never_fine = std::chrono::seconds(1);

bool is_loaded_again(Duration load, Duration cold_load) {
    return load > never_fine || (load > always_fine && load > cold_load / 2);
}

} // namespace

std::string_view to_string(Flaw flaw) {
    switch (flaw) {
    case Flaw::no_final_object:
        return "no_final_object";
    case Flaw::no_metrics:
        return "no_metrics";
    case Flaw::short_answer:
        return "short_answer";
    case Flaw::loaded_again:
        return "loaded_again";
    case Flaw::other_context:
        return "other_context";
    case Flaw::broke_off:
        return "broke_off";
    case Flaw::busy:
        break;
    }
    return "busy";
}

std::string words(Flaw flaw) {
    std::string text(to_string(flaw));
    std::ranges::replace(text, '_', ' ');
    return text;
}

std::optional<Flaw> flaw_of(const ollama::Generated& answer, const Step& step, std::optional<Duration> cold_load) {
    if (answer.end != ollama::Generated::End::complete) return Flaw::no_final_object;
    const bool has_counts = answer.tokens && answer.prompt_tokens;
    if (!has_counts || !answer.eval || !answer.prompt_eval || !answer.load) return Flaw::no_metrics;
    if (*answer.tokens < step.tokens) return Flaw::short_answer;
    if (cold_load && is_loaded_again(*answer.load, *cold_load)) return Flaw::loaded_again;
    return std::nullopt;
}

std::optional<Flaw> flaw_of(const ollama::Embedded& answer, std::optional<Duration> cold_load) {
    // What is left beside loading is the only time that is told.
    if (!answer.tokens || !answer.total || !answer.load || *answer.total <= *answer.load || answer.dimensions == 0)
        return Flaw::no_metrics;
    if (cold_load && is_loaded_again(*answer.load, *cold_load)) return Flaw::loaded_again;
    return std::nullopt;
}

} // namespace codemate::lifecycle::benchmark
