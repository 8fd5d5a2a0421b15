#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace codemate {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

struct CodePoint {
    char32_t value = 0;
    std::size_t length = 1; // bytes
    bool valid = false;     // else value is the single byte
};

// The code point at the front of a text that is not empty; overlong forms and surrogates are invalid.
CodePoint first_code_point(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {lead, 1, true};
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {lead, 1, false};
    char32_t value = lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) return {lead, 1, false};
        value = (value << 6U) | (byte(i) & 0x3FU);
    }
    constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {lead, 1, false};
    return {value, length, true};
}

struct Range {
    char32_t first, last;
};

template<std::size_t N>
bool within(char32_t value, const std::array<Range, N>& ranges) {
    return std::any_of(ranges.begin(), ranges.end(), [&](Range r) { return value >= r.first && value <= r.last; });
}

// The blocks that matter for names and messages; a full table would be Unicode's EastAsianWidth.txt.
constexpr std::array<Range, 14> wide{{{0x1100, 0x115F},
                                      {0x2E80, 0x303E},
                                      {0x3041, 0x33FF},
                                      {0x3400, 0x4DBF},
                                      {0x4E00, 0x9FFF},
                                      {0xA000, 0xA4CF},
                                      {0xAC00, 0xD7A3},
                                      {0xF900, 0xFAFF},
                                      {0xFE30, 0xFE6F},
                                      {0xFF00, 0xFF60},
                                      {0xFFE0, 0xFFE6},
                                      {0x1F300, 0x1F64F},
                                      {0x1F900, 0x1F9FF},
                                      {0x20000, 0x3FFFD}}};
constexpr std::array<Range, 9> zero_width{{{0x0300, 0x036F},
                                           {0x0483, 0x0489},
                                           {0x0591, 0x05BD},
                                           {0x0610, 0x061A},
                                           {0x064B, 0x065F},
                                           {0x200B, 0x200F},
                                           {0x20D0, 0x20FF},
                                           {0xFE00, 0xFE0F},
                                           {0xFE20, 0xFE2F}}};
// Would move the cursor, change what follows or turn it around.
constexpr std::array<Range, 6> controls{
    {{0x00, 0x1F}, {0x7F, 0x9F}, {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}}};

std::size_t width_of(char32_t value) {
    if (within(value, controls) || within(value, zero_width)) return 0;
    return within(value, wide) ? 2 : 1;
}

std::string escaped(const CodePoint& point) {
    if (point.value == '\n') return "\\n";
    if (point.value == '\t') return "\\t";
    if (point.value == '\r') return "\\r";
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), point.value > 0xFF ? "\\u%04x" : "\\x%02x",
                  static_cast<unsigned>(point.value));
    return text.data();
}

// Optimal string alignment: insertions, deletions, changes, and swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i)
        cost[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j)
        cost[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
            cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
            const bool swapped =
                i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return cost[a.size()][b.size()];
}

// The longest beginning (or, with `from_end`, ending) that fits.
std::string_view piece_that_fits(std::string_view text, std::size_t width, bool from_end) {
    std::vector<std::pair<std::size_t, std::size_t>> points; // offset, width
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = first_code_point(text.substr(at));
        points.emplace_back(at, width_of(point.value));
        at += point.length;
    }
    std::size_t used = 0;
    if (from_end) {
        std::size_t begin = text.size();
        for (std::size_t i = points.size(); i-- > 0 && used + points[i].second <= width;) {
            used += points[i].second;
            begin = points[i].first;
        }
        return text.substr(begin);
    }
    for (const auto& [at, columns] : points) {
        if (used + columns > width) return text.substr(0, at);
        used += columns;
    }
    return text;
}

} // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

int compare_ignoring_case(std::string_view a, std::string_view b) {
    if (a == b) return 0;
    const std::size_t common = std::min(a.size(), b.size());
    const char* x = a.data();
    const char* y = b.data();
    for (const char* const end = x + common; x != end; ++x, ++y) {
        if (*x == *y || lower(*x) == lower(*y)) continue;
        return static_cast<unsigned char>(lower(*x)) < static_cast<unsigned char>(lower(*y)) ? -1 : 1;
    }
    return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

std::string to_lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), lower);
    return result;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view space = " \t\r\n\v\f";
    const std::size_t begin = text.find_first_not_of(space);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

std::string printable(std::string_view text, std::size_t limit) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = first_code_point(text.substr(at));
        const bool plain = point.valid && !within(point.value, controls);
        const std::string piece = plain ? std::string(text.substr(at, point.length)) : escaped(point);
        if (result.size() + piece.size() > limit) return result + "…";
        result += piece;
        at += point.length;
    }
    return result;
}

std::string without_credentials(std::string_view text) {
    constexpr std::string_view around_a_url = " \t\r\n\v\f\"'<>`";
    constexpr std::string_view behind_a_url = ".,:;!)]}"; // of the sentence around it
    std::string result;
    for (std::size_t begin = text.find("//"); begin != std::string_view::npos; begin = text.find("//")) {
        result += text.substr(0, begin + 2);
        text.remove_prefix(begin + 2);
        const std::string_view url = text.substr(0, text.find_first_of(around_a_url));
        const std::size_t authority_end = std::min(url.find_first_of("/?#\\"), url.size());
        const std::size_t at = url.substr(0, authority_end).rfind('@');
        const std::size_t host = at == std::string_view::npos ? 0 : at;
        if (host != 0) result += "…";
        const std::size_t query = std::min(url.find('?'), url.size());
        result += url.substr(host, query - host);
        const std::size_t last = url.find_last_not_of(behind_a_url);
        const std::size_t end = last == std::string_view::npos ? url.size() : std::max(last + 1, query);
        if (query + 1 < end) {
            result += "?…";
            text.remove_prefix(end);
        } else {
            text.remove_prefix(query);
        }
    }
    return result.append(text);
}

std::string quoted(std::string_view text, std::size_t limit) {
    return "'" + printable(text, limit) + "'";
}
std::string quoted(const std::string& text, std::size_t limit) {
    return quoted(std::string_view(text), limit);
}
std::string quoted(const char* text, std::size_t limit) {
    return quoted(std::string_view(text), limit);
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] >= ' ' && text[at] <= '~') { // nearly all there is
            ++width;
            ++at;
            continue;
        }
        const CodePoint point = first_code_point(text.substr(at));
        width += width_of(point.value);
        at += point.length;
    }
    return width;
}

std::string elided(std::string_view text, std::size_t width) {
    if (display_width(text) <= width) return std::string(text);
    if (width == 0) return {};
    const std::size_t front = width / 2;
    const std::size_t back = width - 1 - front;
    return std::string(piece_that_fits(text, front, false)) + "…" + std::string(piece_that_fits(text, back, true));
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
    // A word of a megabyte is no misspelling, and the table of distances is its square.
    if (word.size() > 200) return std::nullopt;
    const std::size_t limit = std::max<std::size_t>(1, word.size() / 3);
    std::optional<std::string> best;
    std::size_t best_distance = limit + 1;
    for (const std::string& candidate : candidates) {
        if (candidate.size() > 400) continue;
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

std::string counted(std::size_t count, std::string_view singular) {
    return std::to_string(count) + " " + std::string(singular) + (count == 1 ? "" : "s");
}

std::string joined(std::span<const std::string> words, std::string_view separator) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += separator;
        text += words[i];
    }
    return text;
}

std::string listed(std::span<const std::string> words, std::string_view last_joint) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " " + std::string(last_joint) + " " : ", ";
        text += words[i];
    }
    return text;
}

} // namespace codemate
