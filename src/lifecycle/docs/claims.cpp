// What a document claims and nobody can have found so: digests that are none, speeds of unknown origin.
#include "lifecycle/docs/reading.hpp"

#include "codemate/base/text.hpp"
#include "codemate/lifecycle/docs.hpp"

#include <algorithm>
#include <cctype>

namespace codemate::lifecycle::docs {
namespace {

bool is_letter(char letter) {
    return std::isalpha(static_cast<unsigned char>(letter)) != 0;
}
bool is_digit(char letter) {
    return std::isdigit(static_cast<unsigned char>(letter)) != 0;
}
bool is_hex(char letter) {
    return std::isxdigit(static_cast<unsigned char>(letter)) != 0;
}
bool is_word(char letter) {
    return is_letter(letter) || is_digit(letter);
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at < line.size();) {
        if (!is_word(line[at])) {
            ++at;
            continue;
        }
        std::size_t end = at;
        while (end < line.size() && is_word(line[end]))
            ++end;
        words.push_back(line.substr(at, end - at));
        at = end;
    }
    return words;
}

constexpr std::size_t id_length = 12, digest_length = 64;

bool is_as_long_as_a_digest(std::string_view word) {
    return word.size() == id_length || word.size() == digest_length;
}

// abc123def456, 789ghi012jkl: letters and figures by turns, three at a time.
bool goes_by_threes(std::string_view word) {
    if (word.size() % 3 != 0) return false;
    for (std::size_t at = 0; at < word.size(); ++at) {
        if (is_digit(word[at]) != is_digit(word[at - at % 3])) return false;
        if (at >= 3 && is_digit(word[at]) == is_digit(word[at - 3])) return false;
    }
    return true;
}

bool is_one_letter(std::string_view word) {
    return word.find_first_not_of(word.front()) == std::string_view::npos;
}

bool counts_up(std::string_view word) {
    constexpr std::string_view up = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    constexpr std::string_view decimal =
        "12345678901234567890123456789012345678901234567890123456789012345678901234567890";
    return up.find(word) != std::string_view::npos || decimal.find(word) != std::string_view::npos;
}

bool has_both(std::string_view word) {
    return std::ranges::any_of(word, is_letter) && std::ranges::any_of(word, is_digit);
}

// A word that stands where a digest should and is none. What is known is none of these.
bool is_placeholder(std::string_view word, std::string_view line, const std::set<std::string>& known) {
    if (!is_as_long_as_a_digest(word)) return false;
    const std::string lower = to_lower(word);
    if (known.contains(lower)) return false;
    if (goes_by_threes(lower)) return true;
    const bool speaks_of_digests =
        to_lower(line).find("digest") != std::string::npos || to_lower(line).find("sha256") != std::string::npos;
    if (speaks_of_digests && (is_one_letter(lower) || counts_up(lower))) return true;
    return speaks_of_digests && has_both(lower) && !std::ranges::all_of(lower, is_hex);
}

// "sha256:" and what is no digest behind it; shortened ones end with an ellipsis.
std::optional<std::string> broken_digest(std::string_view line) {
    constexpr std::string_view prefix = "sha256:";
    for (std::size_t at = line.find(prefix); at != std::string_view::npos; at = line.find(prefix, at + 1)) {
        const std::string_view rest = line.substr(at + prefix.size());
        std::size_t length = 0;
        while (length < rest.size() && is_word(rest[length]))
            ++length;
        const std::string_view word = rest.substr(0, length);
        const std::string_view behind = rest.substr(length);
        const bool shortened = behind.starts_with("…") || behind.starts_with("...");
        const bool all_hex = std::ranges::all_of(word, is_hex);
        if (length == 0 || (all_hex && (length == digest_length || length == id_length || shortened))) continue;
        return std::string(prefix) + std::string(word);
    }
    return std::nullopt;
}

// A block that says of itself that it is an example: ```text example
bool is_example(const ReadLine& line) {
    return line.fenced && to_lower(line.info).find("example") != std::string::npos;
}

// "12 tokens/sec", "~40 tok/s", "200-500ms"
bool has_number_before(std::string_view line, std::size_t at) {
    while (at > 0 && (line[at - 1] == ' ' || line[at - 1] == '*' || line[at - 1] == '`'))
        --at;
    return at > 0 && is_digit(line[at - 1]);
}

bool is_speed(const std::string& line) {
    for (const std::string_view unit :
         {"tokens/s", "tokens / s", "tok/s", "t/s", "tps", "tokens per second", "tokens a second"}) {
        for (std::size_t at = line.find(unit); at != std::string::npos; at = line.find(unit, at + 1)) {
            if (has_number_before(line, at)) return true;
        }
    }
    const bool latency = line.find("first token") != std::string::npos || line.find("latency") != std::string::npos ||
                         line.find("ttft") != std::string::npos;
    for (std::size_t at = line.find("ms"); latency && at != std::string::npos; at = line.find("ms", at + 1)) {
        if (has_number_before(line, at) && (at + 2 == line.size() || !is_letter(line[at + 2]))) return true;
    }
    return false;
}

// "stated" or "measured", as words of their own.
bool has_mark(const std::string& line) {
    const auto words = words_of(line);
    return std::ranges::any_of(words, [](std::string_view word) { return word == "stated" || word == "measured"; });
}

} // namespace

void check_placeholders(std::string_view document, const std::set<std::string>& known, std::vector<Finding>& findings) {
    for (const ReadLine& line : read_lines(document)) {
        if (is_example(line)) continue;
        for (const std::string_view word : words_of(line.text)) {
            if (!is_placeholder(word, line.text, known)) continue;
            findings.push_back(
                {Rule::placeholder, line.number, quoted(word) + " is a placeholder, no model's digest",
                 "`codemate lock` pins real ones; a block that only shows a form begins with ```text example"});
        }
        if (const auto broken = broken_digest(line.text)) {
            findings.push_back({Rule::placeholder, line.number,
                                quoted(*broken) + " is no digest: these are 64 hexadecimal digits",
                                "`codemate lock` pins real ones; a shortened one ends with …"});
        }
    }
}

void check_figures(std::string_view document, std::vector<Finding>& findings) {
    std::vector<bool> marked(7, false); // below the headings of each level
    std::size_t level = 0;
    for (const ReadLine& line : read_lines(document)) {
        if (line.generated || line.fenced) continue;
        const std::string text = to_lower(line.text);
        if (line.level != 0) {
            level = static_cast<std::size_t>(line.level);
            for (std::size_t below = level; below < marked.size(); ++below)
                marked[below] = false;
        }
        if (has_mark(text)) marked[level] = true;
        const bool is_marked = std::any_of(marked.begin(), marked.begin() + static_cast<std::ptrdiff_t>(level) + 1,
                                           [](bool each) { return each; });
        if (is_marked || !is_speed(text)) continue;
        findings.push_back({Rule::figure, line.number,
                            "a speed that says neither \"stated\" nor \"measured\": " + quoted(trimmed(line.text), 80),
                            "say where it comes from, or leave it to the part `benchmarks`, which codemate writes"});
    }
}

} // namespace codemate::lifecycle::docs
