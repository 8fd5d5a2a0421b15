#include "lifecycle/refs/line.hpp"

#include "lifecycle/refs/tokens.hpp"

namespace codemate::lifecycle::refs {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

bool is_of_identifier(char c) {
    return is_alnum(c) || c == '_';
}

bool is_of_preprocessor(std::string_view rest) {
    return rest.starts_with("#define") || rest.starts_with("#include") || rest.starts_with("#if");
}

std::string_view without_blanks_behind(std::string_view text) {
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

} // namespace

std::size_t comment_in(std::string_view line) {
    char quote = 0;
    for (std::size_t at = 0; at < line.size(); ++at) {
        const char c = line[at];
        const char before = at > 0 ? line[at - 1] : ' ';
        if (quote != 0) {
            if (c == '\\') ++at;
            if (c == quote) quote = 0;
        } else if ((c == '"' || c == '\'') && !is_alnum(before)) { // not that of "it's"
            quote = c;
        } else if (is_blank(before)) {
            const std::string_view rest = line.substr(at);
            if ((c == '#' && !is_of_preprocessor(rest)) || rest.starts_with("//")) return at;
        }
    }
    return line.size();
}

std::string_view assigned_in(std::string_view line) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0) return {};
    if (equals + 1 < line.size() && (line[equals + 1] == '=' || line[equals + 1] == '>')) return {};
    std::string_view left = line.substr(0, equals);
    if (left.find_first_of("({\"'<>!") != std::string_view::npos) return {};
    left = without_blanks_behind(left.substr(0, left.find(':')));
    std::size_t begin = left.size();
    while (begin > 0 && is_of_identifier(left[begin - 1]))
        --begin;
    return left.substr(begin);
}

} // namespace codemate::lifecycle::refs
