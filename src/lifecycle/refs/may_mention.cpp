#include "lifecycle/refs/find.hpp"
#include "lifecycle/refs/spelling.hpp"
#include "lifecycle/refs/tokens.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace codemate::lifecycle::refs {
namespace {

// Four letters each, in any case: model, ollama, embed, codemate, pull_on_startup.
constexpr std::array<std::string_view, 5> signs = {"odel", "lama", "mbed", "odem", "ll_o"};
constexpr std::size_t width = 4;

constexpr unsigned char folded(char c) {
    return static_cast<unsigned char>(static_cast<unsigned char>(c) | 0x20U); // of letters: the small one
}

constexpr std::size_t pair_of(char first,
                              char second) { // small and large letters are one; other characters may be, too
    return (static_cast<std::size_t>(static_cast<unsigned char>(first)) & 31U) << 5U |
           (static_cast<std::size_t>(static_cast<unsigned char>(second)) & 31U);
}

// By how much a window of four may move on, by its last two letters (Wu and Manber): by three nearly always.
constexpr std::array<unsigned char, 1024> steps = [] {
    std::array<unsigned char, 1024> table{};
    for (unsigned char& step : table)
        step = width - 1;
    for (const std::string_view sign : signs) {
        for (std::size_t i = 0; i + 1 < width; ++i) {
            unsigned char& step = table[pair_of(sign[i], sign[i + 1])];
            step = std::min(step, static_cast<unsigned char>(width - 2 - i));
        }
    }
    return table;
}();

constexpr std::uint32_t word_of(const char* text) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < width; ++i)
        word = word << 8U | folded(text[i]);
    return word;
}

bool is_sign(const char* text) {
    static constexpr std::array<std::uint32_t, 5> words = {word_of("odel"), word_of("lama"), word_of("mbed"),
                                                           word_of("odem"), word_of("ll_o")};
    const std::uint32_t word = word_of(text);
    return word == words[0] || word == words[1] || word == words[2] || word == words[3] || word == words[4];
}

bool has_sign(std::string_view text) {
    for (std::size_t last = width - 1; last < text.size();) {
        const std::size_t step = steps[pair_of(text[last - 1], text[last])];
        if (step == 0 && is_sign(text.data() + last - (width - 1))) return true;
        last += std::max<std::size_t>(step, 1);
    }
    return false;
}

bool is_of_name(char c) {
    return is_alnum(c) || c == '-' || c == '.' || c == '_';
}

// The colon of a model's name and its tag.
bool joins_known(std::string_view text, std::size_t colon, const Vocabulary& vocabulary) {
    if (colon == 0 || colon + 1 >= text.size() || !is_of_name(text[colon - 1]) || !is_alnum(text[colon + 1]))
        return false;
    std::size_t begin = colon;
    while (begin > 0 && colon - begin < 80 && is_of_name(text[begin - 1]))
        --begin;
    const std::string_view model = text.substr(begin, colon - begin);
    if (vocabulary.is_known(model)) return true;
    std::size_t end = colon + 1;
    while (end < text.size() && end - colon < 80 && is_of_name(text[end]))
        ++end;
    return is_usual_tag(text.substr(colon + 1, end - colon - 1)) && vocabulary.meant(model);
}

} // namespace

bool may_mention(std::string_view text, const Vocabulary& vocabulary) {
    if (has_sign(text)) return true;
    for (auto colon = text.find(':'); colon != std::string_view::npos; colon = text.find(':', colon + 1)) {
        if (joins_known(text, colon, vocabulary)) return true;
    }
    return false;
}

} // namespace codemate::lifecycle::refs
