#include "lifecycle/refs/spelling.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace codemate::lifecycle::refs {
namespace {

using namespace std::string_view_literals;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string without_digits(std::string_view text) {
    std::string rest;
    std::copy_if(text.begin(), text.end(), std::back_inserter(rest), [](char c) { return !is_digit(c) && c != '.'; });
    return rest;
}

// 7, 1.5, 8x7: the number of a size; the rest of the word follows.
std::string_view after_number(std::string_view word) {
    std::size_t at = 0;
    while (at < word.size() && (is_digit(word[at]) || (at > 0 && (word[at] == '.' || word[at] == 'x') &&
                                                       at + 1 < word.size() && is_digit(word[at + 1]))))
        ++at;
    return word.substr(at);
}

constexpr std::array usual_words = {"latest"sv,   "mini"sv,         "medium"sv,  "small"sv,   "large"sv,  "tiny"sv,
                                    "instruct"sv, "chat"sv,         "text"sv,    "code"sv,    "vision"sv, "base"sv,
                                    "cloud"sv,    "python"sv,       "fp16"sv,    "f16"sv,     "bf16"sv,   "xs"sv,
                                    "en"sv,       "multilingual"sv, "preview"sv, "thinking"sv};

constexpr std::array sizes = {"b"sv, "m"sv, "k"sv}; // parameters, or tokens of context

} // namespace

std::size_t distance(std::string_view a, std::string_view b, std::size_t limit) {
    if (a.size() > b.size()) std::swap(a, b);
    if (b.size() - a.size() > limit || b.size() > 200) return limit + 1;
    std::vector<std::size_t> before_last, last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        before_last = last;
        last = row;
    }
    return std::min(last[b.size()], limit + 1);
}

bool is_near(std::string_view written, std::string_view meant) {
    if (written.empty() || meant.empty()) return false;
    const std::string a = to_lower(written);
    const std::string b = to_lower(meant);
    if (a.front() != b.front() && a.back() != b.back()) return false; // few slips change both ends
    if (a == b || std::max(a.size(), b.size()) < 5) return false;
    if (without_digits(a) == without_digits(b)) return false;
    const std::size_t limit = std::max(a.size(), b.size()) < 8 ? 1 : 2;
    return distance(a, b, limit) <= limit;
}

bool is_usual_tag(std::string_view tag) {
    const std::string lower = to_lower(tag);
    const std::string_view first = std::string_view(lower).substr(0, lower.find_first_of("-_"));
    if (first.empty()) return false;
    if (std::find(usual_words.begin(), usual_words.end(), first) != usual_words.end()) return true;
    if (is_digit(first.front())) {
        const std::string_view rest = after_number(first);
        return std::find(sizes.begin(), sizes.end(), rest) != sizes.end();
    }
    const bool numbered = first.size() > 1 && is_digit(first[1]);
    if (numbered && (first.front() == 'q' || first.front() == 'v' || first.front() == 'l')) return true;
    return numbered && (first.front() == 'e' || first.front() == 'a') && first.ends_with('b'); // e4b, a3b
}

bool is_placeholder(std::string_view model, std::string_view tag) {
    static constexpr std::array words = {"model"sv, "models"sv, "name"sv, "modelname"sv, "tag"sv, "xxx"sv};
    static constexpr std::array starts = {"model-name"sv,    "model_name"sv, "your-"sv,      "your_"sv,
                                          "my-model"sv,      "my_model"sv,   "some-model"sv, "new-model"sv,
                                          "old-model"sv,     "new_model"sv,  "old_model"sv,  "other-model"sv,
                                          "another-model"sv, "example-"sv};
    const std::string lower = to_lower(model);
    if (equal_ignoring_case(tag, "tag") || equal_ignoring_case(tag, "version") || equal_ignoring_case(tag, "xxx"))
        return true;
    if (std::find(words.begin(), words.end(), lower) != words.end()) return true;
    return std::any_of(starts.begin(), starts.end(), [&](std::string_view start) { return lower.starts_with(start); });
}

} // namespace codemate::lifecycle::refs
