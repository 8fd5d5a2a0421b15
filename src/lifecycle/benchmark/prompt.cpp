#include "codemate/lifecycle/benchmark.hpp"

#include <array>
#include <random>

namespace codemate::lifecycle::benchmark {
namespace {

constexpr std::array<std::string_view, 64> words{
    "river",  "window", "letter", "garden", "music",   "paper",   "market", "winter", "bridge", "silver", "forest",
    "engine", "summer", "doctor", "planet", "school",  "kitchen", "number", "island", "dinner", "friend", "mountain",
    "street", "coffee", "button", "travel", "picture", "family",  "corner", "animal", "yellow", "moment", "camera",
    "future", "story",  "simple", "bottle", "cotton",  "danger",  "editor", "fabric", "golden", "hammer", "insect",
    "jacket", "ladder", "magnet", "nature", "orange",  "pepper",  "rocket", "saddle", "temple", "uncle",  "valley",
    "wagon",  "basket", "castle", "desert", "empire",  "finger",  "guitar", "harbor", "jungle"};

} // namespace

std::string prompt_text(std::size_t count, std::uint64_t variation) {
    std::mt19937_64 random(variation);
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0) text += ' ';
        // The first two make sure that it differs from its neighbours from its beginning on.
        const std::size_t word = i == 0   ? variation % words.size()
                                 : i == 1 ? variation / words.size() % words.size()
                                          : random() % words.size();
        text += words[word];
    }
    return text;
}

} // namespace codemate::lifecycle::benchmark
