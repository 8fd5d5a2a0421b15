#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace codemate::cli::pull {

// "2 pulled, 1 up to date", in the order of the outcomes; their last one is not_started. Empty for no items.
template<typename Item>
std::string tally(const std::vector<Item>& items) {
    using Outcome = decltype(Item::outcome);
    std::string text;
    for (int i = 0; i <= static_cast<int>(Outcome::not_started); ++i) {
        const auto outcome = static_cast<Outcome>(i);
        const auto count = std::ranges::count(items, outcome, &Item::outcome);
        if (count == 0) continue;
        std::string word(outcome == Outcome::unchanged ? "up to date" : to_string(outcome));
        std::ranges::replace(word, '_', ' ');
        text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + word;
    }
    return text;
}

} // namespace codemate::cli::pull
