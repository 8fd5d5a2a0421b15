#include "lifecycle/refs/tokens.hpp"

#include <algorithm>
#include <array>

namespace codemate::lifecycle::refs {
namespace {

constexpr std::array<bool, 256> word_chars = [] {
    std::array<bool, 256> table{};
    for (std::size_t c = 0; c < 256; ++c) {
        const char letter = static_cast<char>(c);
        table[c] = is_alnum(letter) || letter == '.' || letter == '_' || letter == '-' || letter == '/';
    }
    return table;
}();

bool is_word_char(char c) {
    return word_chars[static_cast<unsigned char>(c)];
}

bool joins(std::string_view text, std::size_t colon, std::size_t begin, std::size_t end) {
    if (colon == begin || colon + 1 >= end) return false;
    const auto side = [](char c) { return is_alnum(c) || c == '_'; };
    return side(text[colon - 1]) && side(text[colon + 1]);
}

char at(std::string_view text, std::size_t index) {
    return index < text.size() ? text[index] : '\n';
}

bool is_one_of(char c, std::string_view set) {
    return set.find(c) != std::string_view::npos;
}

// What is put together at run time, or stands for something else: $NAME, ${NAME}, <name>, %s, user@host.
bool is_part_of_more(std::string_view text, std::size_t begin) {
    if (begin == 0) return false;
    const char before = text[begin - 1];
    if (is_one_of(before, "$@~%<\\")) return true;
    return before == '{' && begin > 1 && is_one_of(text[begin - 2], "${%#");
}

bool goes_on(std::string_view text, std::size_t end) {
    const char next = at(text, end);
    if (is_one_of(next, "*$%~{\\") && !(next == '\\' && is_one_of(at(text, end + 1), "\"nrt'"))) return true;
    return next == ':' && is_one_of(at(text, end + 1), "${%<*");
}

// Where the escape sequence ends that the word seems to begin with: in "\nmistral" the n is no letter of the name.
std::size_t after_escape(std::string_view text, std::size_t begin) {
    const bool escaped = begin > 0 && text[begin - 1] == '\\' && is_one_of(at(text, begin), "nrt");
    return escaped ? begin + 1 : begin;
}

// How long the prefix is by which LiteLLM and the like tell the provider: "ollama/mistral:7b" is mistral:7b.
std::size_t provider_of(std::string_view word) {
    for (const std::string_view provider : {std::string_view("ollama/"), std::string_view("ollama_chat/")}) {
        if (word.starts_with(provider) && word.find('/', provider.size()) == std::string_view::npos)
            return provider.size();
    }
    return 0;
}

bool divide(std::string_view word, Shape& shape) {
    if (word.empty() || word.size() > 350 || !is_alnum(word.front())) return false;
    const auto slash = word.rfind('/');
    const std::string_view last = slash == std::string_view::npos ? word : word.substr(slash + 1);
    shape.steps = 1 + static_cast<std::size_t>(std::count(word.begin(), word.end(), '/'));
    const auto colon = last.find(':');
    shape.model = last.substr(0, colon);
    shape.tag = colon == std::string_view::npos ? std::string_view() : last.substr(colon + 1);
    shape.family = word.substr(0, word.size() - (shape.tag.empty() ? 0 : shape.tag.size() + 1));
    if (shape.steps > 3 || shape.model.empty() || !is_alnum(shape.model.front())) return false;
    if (shape.model.size() > 80 || shape.tag.size() > 80 || shape.tag.find(':') != std::string_view::npos) return false;
    return shape.family.find(':') == std::string_view::npos && shape.family.find("//") == std::string_view::npos;
}

} // namespace

void take_tokens(std::string_view text, std::size_t begin, std::size_t end, std::vector<Token>& into) {
    into.clear();
    bool space = true;
    for (std::size_t i = begin; i < end;) {
        const char c = text[i];
        if (c == ' ' || c == '\t' || c == '\r') {
            space = true;
            ++i;
            continue;
        }
        std::size_t stop = i;
        while (stop < end && (is_word_char(text[stop]) || (text[stop] == ':' && joins(text, stop, i, end))))
            ++stop;
        const bool word = stop > i;
        into.push_back({i, word ? stop : i + 1, word, space});
        i = into.back().end;
        space = false;
    }
}

bool take_shape(std::string_view text, const Token& token, Shape& shape) {
    shape.begin = after_escape(text, token.begin);
    if (shape.begin == token.begin && is_part_of_more(text, token.begin)) return false;
    // The dash of ${NAME:-value}; of other dashes none is a name's.
    if (text[shape.begin] == '-' && shape.begin > 0 && text[shape.begin - 1] == ':') ++shape.begin;
    shape.end = token.end;
    while (shape.end > shape.begin && text[shape.end - 1] == '.')
        --shape.end;
    if (shape.end == shape.begin || goes_on(text, token.end)) return false;
    if (!is_alnum(text[shape.end - 1]) && text[shape.end - 1] != '_') return false;
    const std::size_t begin = shape.begin; // of all that stands between the quotation marks
    shape.begin += provider_of(text.substr(begin, shape.end - begin));
    if (shape.begin == shape.end || !divide(text.substr(shape.begin, shape.end - shape.begin), shape)) return false;
    const char before = begin > 0 ? text[begin - 1] : '\n';
    const char after = at(text, shape.end);
    shape.pinned = text.substr(shape.end).starts_with("@sha256:");
    if (after == '@' && !shape.pinned) return false;
    if (after == '(' && !shape.tagged()) return false;
    // \"name\" within another string as well.
    const bool escaped = after == '\\' && begin > 1 && text[begin - 2] == '\\';
    const char closing = escaped ? at(text, shape.end + 1) : after;
    shape.quoted = before == closing && (before == '"' || before == '\'' || before == '`');
    shape.span = before == '`' && after == '`';
    return true;
}

} // namespace codemate::lifecycle::refs
