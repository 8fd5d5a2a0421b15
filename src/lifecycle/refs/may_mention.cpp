#include "lifecycle/refs/find.hpp"
#include "lifecycle/refs/spelling.hpp"
#include "lifecycle/refs/tokens.hpp"

#include <array>
#include <cstring>

namespace codemate::lifecycle::refs {
namespace {

using namespace std::string_view_literals;

// Without their first letters, as these are written large or small: model, Model; ollama, Ollama; embed, Embed.
constexpr std::array signs = {"odel"sv, "ODEL"sv, "llama"sv, "LLAMA"sv,   "mbed"sv,
                              "MBED"sv, "llm"sv,  "LLM"sv,   "pull_on"sv, "odemate "sv};

bool has_sign(std::string_view text) {
    for (const std::string_view sign : signs) {
        if (::memmem(text.data(), text.size(), sign.data(), sign.size()) != nullptr) return true;
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
