#include "lifecycle/refs/keys.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace codemate::lifecycle::refs {
namespace {

using namespace std::string_view_literals;
using Words = std::vector<std::string>;

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

// "defaultModelName", "DEFAULT_MODEL_NAME", "default-model.name": three words.
Words words_of(std::string_view key) {
    Words words(1);
    for (std::size_t i = 0; i < key.size(); ++i) {
        const char c = key[i];
        const bool letter = is_upper(c) || is_lower(c) || (c >= '0' && c <= '9');
        const bool hump = is_upper(c) && i > 0 && is_lower(key[i - 1]);
        if ((!letter || hump) && !words.back().empty()) words.emplace_back();
        if (letter) words.back() += to_lower(std::string_view(&c, 1));
    }
    if (words.back().empty()) words.pop_back();
    return words;
}

constexpr std::array model_words = {"model"sv, "models"sv, "llm"sv, "llms"sv, "modelname"sv, "modelid"sv};
// What may follow "model" in a key whose value is one: MODEL_DEFAULT, model_name; not model_path.
constexpr std::array suffixes = {"name"sv, "names"sv,   "id"sv,       "ids"sv,       "tag"sv,        "default"sv,
                                 "list"sv, "primary"sv, "fallback"sv, "embedding"sv, "embeddings"sv, "embed"sv,
                                 "chat"sv, "code"sv,    "coder"sv,    "vision"sv,    "small"sv,      "large"sv,
                                 "fast"sv, "main"sv,    "rerank"sv,   "text"sv,      "optional"sv,   "required"sv};
constexpr std::array roles = {"primary"sv, "fallback"sv, "embedding"sv, "embeddings"sv, "chat"sv, "vision"sv,
                              "code"sv,    "coder"sv,    "small"sv,     "large"sv,      "fast"sv, "reasoning"sv};
constexpr std::array embedding_words = {"embed"sv, "embedding"sv, "embeddings"sv, "embedder"sv};
constexpr std::array generic = {"name"sv, "id"sv, "default"sv, "value"sv, "base"sv, "from"sv};

template<typename List>
bool is_in(const List& list, const std::string& word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

} // namespace

namespace {

bool same_letter(char a, char lower) {
    return a == lower || (is_upper(a) && a + ('a' - 'A') == lower);
}

// A search without memory of its own: every word of every text is asked.
bool contains(std::string_view text, std::string_view lower) {
    for (std::size_t at = 0; at + lower.size() <= text.size(); ++at) {
        if (same_letter(text[at], lower.front()) &&
            std::equal(lower.begin(), lower.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                       [](char wanted, char found) { return same_letter(found, wanted); }))
            return true;
    }
    return false;
}

constexpr std::size_t longest_single = 12; // of the words that are keys by themselves; "embeddings" is the longest

} // namespace

KeyForce force_of(std::string_view key) {
    key = key.substr(0, 200);
    const bool of_models = contains(key, "model") || contains(key, "llm") || contains(key, "embed");
    if (!of_models && key.size() > longest_single && !contains(key, "startup")) return KeyForce::none;
    const Words words = words_of(key);
    if (words.empty()) return KeyForce::none;
    const auto model =
        std::find_if(words.rbegin(), words.rend(), [](const std::string& word) { return is_in(model_words, word); });
    if (model != words.rend()) {
        const bool names_one = std::all_of(words.rbegin(), model, [](const std::string& word) {
            return is_in(suffixes, word) || word.find_first_not_of("0123456789") == std::string::npos;
        });
        if (!names_one) return KeyForce::none;
        return is_in(words, "ollama") ? KeyForce::ollama : KeyForce::model;
    }
    if (words == Words{"pull", "on", "startup"}) return KeyForce::ollama;
    if (words.size() > 1) { // RAG_OLLAMA_EMBED, text_embedding
        if (!is_in(embedding_words, words.back())) return KeyForce::none;
        return is_in(words, "ollama") ? KeyForce::ollama : KeyForce::model;
    }
    if (is_in(roles, words.front())) return KeyForce::role;
    return is_in(generic, words.front()) ? KeyForce::generic : KeyForce::none;
}

bool speaks_of_embedding(std::string_view identifier) {
    return contains(identifier, "embed");
}

bool is_constant(std::string_view identifier) {
    return !identifier.empty() && is_upper(identifier.front()) &&
           std::all_of(identifier.begin(), identifier.end(),
                       [](char c) { return is_upper(c) || c == '_' || (c >= '0' && c <= '9'); });
}

} // namespace codemate::lifecycle::refs
