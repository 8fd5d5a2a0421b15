#include "lifecycle/benchmark/prompts.hpp"

#include <algorithm>
#include <cmath>

namespace codemate::lifecycle::benchmark {
namespace {

constexpr std::size_t words_before_own = 3;

} // namespace

std::size_t Prompts::words() const {
    const double wanted = (static_cast<double>(step_.prompt_tokens) - tokens_before_) / tokens_per_word_;
    return static_cast<std::size_t>(std::max(1.0, std::round(wanted)));
}

std::string Prompts::next() {
    const std::uint64_t variation = variation_++;
    return own_ ? prompt_text(words_before_own, variation) + "\n" + *own_ : prompt_text(words(), variation);
}

// The first time by the ratio, then by the line through both prompts: some tokens come with any prompt.
void Prompts::learn(std::uint64_t count) {
    const auto words = static_cast<double>(this->words()), tokens = static_cast<double>(count);
    // A prompt that filled the context was cut there: its count says nothing.
    const bool was_cut = last_tokens_ + 1 >= static_cast<double>(step_.num_ctx);
    if (calibrated_ && !was_cut && std::abs(words - last_words_) >= 1) {
        const double slope = (tokens - last_tokens_) / (words - last_words_);
        if (slope > 0.2 && slope < 20) {
            tokens_per_word_ = slope;
            tokens_before_ = tokens - slope * words;
            return;
        }
    }
    tokens_per_word_ = std::max(0.2, tokens / words);
    last_words_ = words;
    last_tokens_ = tokens;
    calibrated_ = true;
}

} // namespace codemate::lifecycle::benchmark
