#include "docs/compare.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace codemate::test::docs {
namespace {

bool is_digit(char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// A word and the punctuation around it.
struct Word {
    std::string before, core, after;
};

Word taken_apart(std::string_view text) {
    constexpr std::string_view opening = "([{\"'`~+";
    constexpr std::string_view closing = ")]}\"'`,;:.";
    const std::size_t begin = std::min(text.find_first_not_of(opening), text.size());
    std::size_t end = text.size();
    while (end > begin && closing.find(text[end - 1]) != closing.npos)
        --end;
    return {std::string(text.substr(0, begin)), std::string(text.substr(begin, end - begin)),
            std::string(text.substr(end))};
}

bool is_number(std::string_view word) {
    return !word.empty() && is_digit(word.front()) && word.find_first_not_of("0123456789.,") == word.npos;
}

bool is_unit(std::string_view word) {
    if (word.ends_with("/s")) word.remove_suffix(2);
    return is_one_of(word, {"B", "bytes", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB", "ms", "s", "%"});
}

bool is_span(std::string_view word) {
    return is_one_of(word, {"second", "seconds", "minute", "minutes", "hour", "hours"});
}

// "12ms", "1m05s", "0.3s", "2h1m"
bool is_duration(std::string_view word) {
    if (word.empty() || !is_digit(word.front()) || !is_one_of(word.substr(word.size() - 1), {"s", "m", "h"}))
        return false;
    for (std::size_t at = 0; at < word.size();) {
        const std::size_t unit = word.find_first_not_of("0123456789.", at);
        if (unit == at || unit == word.npos) return false;
        const std::size_t end = std::min(word.find_first_of("0123456789", unit), word.size());
        if (!is_one_of(word.substr(unit, end - unit), {"ns", "us", "µs", "ms", "s", "m", "h"})) return false;
        at = end;
    }
    return true;
}

// 2026-01-31, with a time behind it or without
bool is_date(std::string_view word) {
    constexpr std::string_view form = "0000-00-00";
    if (word.size() < form.size()) return false;
    for (std::size_t at = 0; at < form.size(); ++at) {
        if (form[at] == '0' ? !is_digit(word[at]) : word[at] != form[at]) return false;
    }
    return word.size() == form.size() || word[form.size()] == 'T';
}

std::string without_ports(std::string word) {
    constexpr std::string_view loopback = "127.0.0.1:";
    for (std::size_t at = word.find(loopback); at != word.npos; at = word.find(loopback, at + 1)) {
        const std::size_t port = at + loopback.size();
        const std::size_t end = std::min(word.find_first_not_of("0123456789", port), word.size());
        if (std::string_view(word).substr(port, end - port) != "11434") word.replace(port, end - port, "PORT");
    }
    return word;
}

// "mistral:latest.codemate-20261130t121923z-e5fe97df5608" keeps the digest.
std::string without_stamp(std::string word) {
    const std::size_t mark = word.find(".codemate-");
    if (mark == word.npos) return word;
    const std::size_t stamp = mark + 10;
    const std::size_t end = word.find('-', stamp);
    if (end != word.npos && is_digit(word[stamp])) word.replace(stamp, end - stamp, "TIME");
    return word;
}

std::string without_digits(std::string_view word) {
    std::string result;
    for (const char c : word) {
        const bool figure = is_digit(c) || ((c == '.' || c == ',') && result.ends_with('N'));
        if (!figure)
            result += c;
        else if (!result.ends_with('N'))
            result += 'N';
    }
    return result;
}

// "3 minutes ago", "Less than a second ago", "About an hour ago" → "AGO"
void without_ages(std::vector<Word>& words) {
    for (std::size_t at = 0; at < words.size(); ++at) {
        if (words[at].core != "ago") continue;
        std::size_t begin = at;
        while (begin > 0 && at - begin < 4 &&
               (is_span(words[begin - 1].core) || is_number(words[begin - 1].core) ||
                is_one_of(words[begin - 1].core, {"a", "an", "than", "Less", "less", "About", "about"})))
            --begin;
        words[at].core = "AGO";
        words[at].before = words[begin].before;
        words.erase(words.begin() + static_cast<std::ptrdiff_t>(begin),
                    words.begin() + static_cast<std::ptrdiff_t>(at));
        at = begin;
    }
}

std::vector<Word> words_of(std::string_view line) {
    std::vector<Word> words;
    for (const std::string_view part : split(line, ' ')) {
        const bool mark = is_one_of(trimmed(part), {"✓", "✗", "–", "!"});
        if (!trimmed(part).empty() && !mark) words.push_back(taken_apart(trimmed(part)));
    }
    return words;
}

// "770 KB" → "SIZE"
void without_sizes(std::vector<Word>& words) {
    for (std::size_t at = 0; at + 1 < words.size(); ++at) {
        if (!is_number(words[at].core) || !words[at].after.empty() || !is_unit(words[at + 1].core)) continue;
        words[at].core = "SIZE";
        words[at].after = words[at + 1].after;
        words.erase(words.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    }
}

std::string unescaped(std::string text) {
    constexpr std::array<std::pair<std::string_view, char>, 5> entities{
        {{"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#x27;", '\''}, {"&amp;", '&'}}};
    for (const auto& [entity, character] : entities) {
        for (std::size_t at = 0; (at = text.find(entity, at)) != text.npos; ++at)
            text.replace(at, entity.size(), 1, character);
    }
    return text;
}

std::string without_tags(std::string_view text) {
    std::string result;
    bool tag = false;
    for (const char c : text) {
        if (c == '<') tag = true;
        if (!tag) result += c;
        if (c == '>') {
            tag = false;
            result += ' '; // what stands at places of its own are words of their own
        }
    }
    return unescaped(std::move(result));
}

} // namespace

std::string steady_line(std::string_view line, Figures figures) {
    std::vector<Word> words = words_of(line);
    without_ages(words);
    without_sizes(words);
    std::string result;
    for (Word& word : words) {
        if (is_duration(word.core)) word.core = "TIME";
        if (is_date(word.core)) word.core = "DATE";
        word.core = without_stamp(without_ports(std::move(word.core)));
        if (figures == Figures::vary) word.core = without_digits(word.core);
        result += (result.empty() ? "" : " ") + word.before + word.core + word.after;
    }
    return result;
}

std::string output_difference(const std::vector<std::string>& page, const std::vector<std::string>& output,
                              Figures figures) {
    const auto same = [figures](const std::string& shown, const std::string& found) {
        const std::string wanted = steady_line(shown, figures);
        const std::string line = steady_line(found, figures);
        constexpr std::string_view rest = "…";
        if (!wanted.ends_with(rest)) return wanted == line;
        return line.starts_with(wanted.substr(0, wanted.size() - rest.size()));
    };
    std::size_t shown = 0;
    for (std::size_t at = 0; at < page.size(); ++at) {
        if (trimmed(page[at]) != "…") {
            if (shown == output.size()) return "the page goes on: " + page[at];
            if (!same(page[at], output[shown]))
                return "the page has:    " + page[at] + "\nthe program says: " + output[shown];
            ++shown;
            continue;
        }
        if (at + 1 == page.size()) return "";
        while (shown < output.size() && !same(page[at + 1], output[shown]))
            ++shown;
    }
    return shown == output.size() ? "" : "the program goes on: " + output[shown];
}

std::vector<std::string> picture_text(std::string_view svg) {
    const std::size_t last = svg.rfind("<g class=\"frame");
    if (last == svg.npos) return {};
    std::vector<std::string> lines;
    for (const std::string_view line : split(svg.substr(last), '\n')) {
        if (line.starts_with("</g>")) break;
        if (line.starts_with("<text")) lines.push_back(std::string(trimmed(without_tags(line))));
    }
    return lines;
}

std::vector<std::string> headings_of(std::string_view html) {
    std::vector<std::string> headings;
    for (const std::string_view tag : {"<h1", "<h2", "<h3", "<caption"}) {
        for (std::size_t at = html.find(tag); at != html.npos; at = html.find(tag, at + 1)) {
            const std::size_t end = html.find("</" + std::string(tag.substr(1)), at);
            headings.push_back(steady_line(without_tags(html.substr(at, end - at)), Figures::vary));
        }
    }
    std::sort(headings.begin(), headings.end());
    headings.erase(std::unique(headings.begin(), headings.end()), headings.end());
    return headings;
}

std::vector<std::string> headings_in_picture(std::string_view png) {
    constexpr std::string_view keyword("tEXtcodemate\0", 13);
    const std::size_t at = png.find(keyword);
    if (at == png.npos || at < 4) return {};
    std::size_t length = 0; // of keyword and text, before the type
    for (const char byte : png.substr(at - 4, 4))
        length = length * 256 + static_cast<unsigned char>(byte);
    std::vector<std::string> headings;
    for (const std::string_view line : split(png.substr(at + keyword.size(), length + 4 - keyword.size()), '\n'))
        headings.emplace_back(line);
    return headings;
}

} // namespace codemate::test::docs
