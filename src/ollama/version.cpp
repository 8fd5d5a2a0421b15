#include "codemate/ollama/version.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <vector>

namespace codemate::ollama {
namespace {

using Numbers = std::vector<std::uint64_t>;

std::optional<Numbers> numbers_of(std::string_view text) {
    text = trimmed(text.substr(0, text.find_first_of("-+")));
    if (text.starts_with('v')) text.remove_prefix(1);
    Numbers numbers;
    for (const std::string_view part : split(text, '.')) {
        std::uint64_t number = 0;
        const auto [end, failure] = std::from_chars(part.data(), part.data() + part.size(), number);
        if (failure != std::errc() || end != part.data() + part.size()) return std::nullopt;
        numbers.push_back(number);
    }
    while (!numbers.empty() && numbers.back() == 0)
        numbers.pop_back(); // 0.21 and 0.21.0 are the same
    return numbers;
}

} // namespace

std::optional<bool> fulfils(std::string_view version, std::string_view requirement) {
    if (requirement.starts_with(">=")) requirement.remove_prefix(2);
    const std::optional<Numbers> has = numbers_of(version);
    const std::optional<Numbers> wants = numbers_of(requirement);
    if (!has || !wants || has->empty()) return std::nullopt;
    return !std::ranges::lexicographical_compare(*has, *wants);
}

namespace {

struct Step {
    std::string_view since, what;
};

// By `git tag --contains` of the commits that made them: facts.md 9.
constexpr std::array steps{
    Step{"0.4.0", "one damaged manifest fails every list and pull"},
    Step{"0.19.0", "what it pulls gets a digest of its own, which a lock cannot know"},
    Step{"0.21.0", "a restart removes unfinished downloads, however new they are"},
    Step{"0.30.0", "its list says neither what models can do nor their context"},
    Step{"0.32.2", "a download that stalls before its first byte is not noticed"},
};

} // namespace

std::vector<std::string> lacks(std::string_view version) {
    std::vector<std::string> all;
    for (const Step& step : steps) {
        if (fulfils(version, step.since) == false)
            all.push_back(std::string(step.what) + " (better since " + std::string(step.since) + ")");
    }
    return all;
}

} // namespace codemate::ollama
