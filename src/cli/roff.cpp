#include "cli/man.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace codemate::cli {
namespace {

constexpr std::size_t columns = 78;

struct Letter {
    std::uint32_t code;
    std::size_t bytes;
};

// Of UTF-8 that is our own, and therefore valid.
Letter letter_at(std::string_view text, std::size_t at) {
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t bytes = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    std::uint32_t code = first & (0xFFU >> (bytes + 1));
    for (std::size_t i = 1; i < bytes && at + i < text.size(); ++i)
        code = (code << 6U) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
    return {code, bytes};
}

std::string by_number(std::uint32_t code) {
    char text[16];
    std::snprintf(text, sizeof text, "\\[u%04X]", static_cast<unsigned>(code));
    return text;
}

// What typesetting would make something else of: a hyphen, a curly quotation mark, an accent.
std::string_view escaped(char c) {
    switch (c) {
    case '\\':
        return "\\e";
    case '-':
        return "\\-";
    case '\'':
        return "\\(aq";
    case '`':
        return "\\(ga";
    case '^':
        return "\\(ha";
    case '~':
        return "\\(ti";
    default:
        return {};
    }
}

std::string in_lines(std::string_view text) {
    std::string result;
    std::size_t used = 0;
    for (const std::string_view word : split(text, ' ')) {
        const bool breaks = used > 0 && used + 1 + word.size() > columns;
        if (used > 0) result += breaks ? '\n' : ' ';
        used = (breaks ? 0 : used + (used > 0 ? 1 : 0)) + word.size();
        if (word.starts_with('.') && (breaks || result.empty())) result += "\\&"; // no request
        result += word;
    }
    return result;
}

} // namespace

std::string roff(std::string_view text) {
    const bool has_code = std::count(text.begin(), text.end(), '`') % 2 == 0;
    std::string result;
    bool bold = false;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (static_cast<unsigned char>(c) >= 0x80) {
            const Letter letter = letter_at(text, at);
            result += by_number(letter.code);
            at += letter.bytes;
            continue;
        }
        if (c == '`' && has_code) {
            bold = !bold;
            result += bold ? "\\fB" : "\\fR";
        } else if (const std::string_view other = escaped(c); !other.empty()) {
            result += other;
        } else {
            result += c;
        }
        ++at;
    }
    return in_lines(result);
}

} // namespace codemate::cli
