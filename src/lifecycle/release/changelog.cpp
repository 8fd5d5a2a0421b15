#include "codemate/base/text.hpp"
#include "codemate/lifecycle/release.hpp"

#include <algorithm>
#include <span>

// A changelog in the manner of keepachangelog.com, touched at one place.
namespace codemate::lifecycle::release {
namespace {

struct Line {
    std::string_view text;       // without its end
    std::size_t begin, end;      // in the changelog; end: behind its line end, of a heading behind the line below it
    int level = 0;               // of a heading; 0: none
    std::string_view title = {}; // of a heading
};

int level_of(std::string_view line) {
    const std::size_t hashes = std::min(line.find_first_not_of('#'), line.size());
    const bool heading = hashes >= 1 && hashes <= 6 && (hashes == line.size() || line[hashes] == ' ');
    return heading ? static_cast<int>(hashes) : 0;
}

bool is_fence(std::string_view line) {
    const std::string_view text = trimmed(line);
    return text.starts_with("```") || text.starts_with("~~~");
}

// "====" and "----" below a line of text make it a heading.
int underline_level(std::string_view line) {
    const std::string_view text = trimmed(line);
    if (text.empty() || line.starts_with("    ")) return 0;
    if (text.find_first_not_of('=') == std::string_view::npos) return 1;
    return text.find_first_not_of('-') == std::string_view::npos ? 2 : 0;
}

// Whether the last line is a paragraph of one line, and no other block that a line of dashes may follow.
bool can_be_underlined(const std::vector<Line>& lines) {
    if (lines.empty() || lines.back().level != 0) return false;
    const std::string_view text = lines.back().text;
    constexpr std::string_view others = "-*+>|`~<#=\t ";
    if (trimmed(text).empty() || others.find(text.front()) != std::string_view::npos) return false;
    return lines.size() == 1 || lines[lines.size() - 2].level != 0 || trimmed(lines[lines.size() - 2].text).empty();
}

// Whether a comment is open behind a line; `open`: whether one was before it.
bool leaves_comment_open(std::string_view line, bool open) {
    for (std::size_t at = 0; at != std::string_view::npos;) {
        at = line.find(open ? "-->" : "<!--", at);
        if (at != std::string_view::npos) {
            at += open ? 3 : 4;
            open = !open;
        }
    }
    return open;
}

std::vector<Line> lines_of(std::string_view text) {
    std::vector<Line> lines;
    bool fenced = false, commented = false;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t newline = text.find('\n', at);
        const std::size_t end = newline == std::string_view::npos ? text.size() : newline + 1;
        std::string_view line = text.substr(at, end - at);
        while (line.ends_with('\n') || line.ends_with('\r'))
            line.remove_suffix(1);
        if (!commented && is_fence(line)) fenced = !fenced;
        const bool is_text = !fenced && !commented;
        const int underlined = is_text && can_be_underlined(lines) ? underline_level(line) : 0;
        const int level = is_text ? level_of(line) : 0;
        if (!fenced) commented = leaves_comment_open(line, commented);
        if (underlined != 0) {
            lines.back() = {lines.back().text, lines.back().begin, end, underlined, trimmed(lines.back().text)};
        } else {
            lines.push_back({line, at, end, level, trimmed(line.substr(static_cast<std::size_t>(level)))});
        }
        at = end;
    }
    return lines;
}

// "## [Unreleased]", "## [0.5.0] - 2026-11-30", "## 0.5.0"
bool names(const Line& line, std::string_view word) {
    if (line.level != 2) return false;
    std::string_view title = line.title;
    if (title.starts_with('[')) title.remove_prefix(1);
    if (title.starts_with('v') && word != "unreleased") title.remove_prefix(1);
    if (!equal_ignoring_case(title.substr(0, word.size()), word)) return false;
    title.remove_prefix(word.size());
    return title.empty() || title.front() == ']' || title.front() == ' ';
}

bool is_link_definition(std::string_view line) {
    return line.starts_with('[') && line.find("]: ") != std::string_view::npos;
}

// Lines from the heading at `first` up to the next one of that level or above, or to the definitions at the end.
std::span<const Line> section(const std::vector<Line>& lines, std::size_t first) {
    std::size_t last = first + 1;
    while (last < lines.size() && (lines[last].level == 0 || lines[last].level > lines[first].level) &&
           !is_link_definition(lines[last].text))
        ++last;
    return std::span(lines).subspan(first, last - first);
}

bool is_changed_heading(const Line& line) {
    return line.level == 3 && equal_ignoring_case(line.title, "changed");
}

std::string_view bullet_of(std::span<const Line> lines) {
    for (const Line& line : lines) {
        for (const std::string_view bullet : {"- ", "* ", "+ "}) {
            if (line.text.starts_with(bullet)) return bullet;
        }
    }
    return "- ";
}

// Behind its last line that says something.
std::size_t end_of_content(std::span<const Line> lines) {
    std::size_t end = lines.front().end;
    for (const Line& line : lines) {
        if (!trimmed(line.text).empty()) end = line.end;
    }
    return end;
}

bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        const std::size_t length = lead < 0x80                   ? 1
                                   : lead >= 0xC2 && lead < 0xE0 ? 2
                                   : lead >= 0xE0 && lead < 0xF0 ? 3
                                   : lead >= 0xF0 && lead < 0xF5 ? 4
                                                                 : 0;
        if (length == 0 || at + length > text.size()) return false;
        for (std::size_t i = 1; i < length; ++i) {
            if ((static_cast<unsigned char>(text[at + i]) & 0xC0U) != 0x80U) return false;
        }
        at += length;
    }
    return true;
}

std::string in_ascii(std::string text) {
    constexpr std::string_view arrow = "→";
    for (std::size_t at = text.find(arrow); at != std::string::npos; at = text.find(arrow, at))
        text.replace(at, arrow.size(), "->");
    return text;
}

struct Insertion {
    std::size_t at;
    std::vector<std::string> lines;
};

// In a section that is there; `lines` begins with its heading.
Insertion into_section(std::span<const Line> lines, const std::string& entry) {
    std::size_t changed = 0;
    while (changed < lines.size() && !is_changed_heading(lines[changed]))
        ++changed;
    if (changed == lines.size()) { // behind "Added", which comes first there
        std::span<const Line> before = lines.first(1);
        for (std::size_t i = 1; i < lines.size(); ++i) {
            if (lines[i].level == 3 && !equal_ignoring_case(lines[i].title, "added")) break;
            before = lines.first(i + 1);
        }
        return {end_of_content(before), {"", "### Changed", "", std::string(bullet_of(lines)) + entry}};
    }
    std::size_t end = changed + 1;
    while (end < lines.size() && lines[end].level == 0)
        ++end;
    const auto part = lines.subspan(changed, end - changed);
    const std::size_t at = end_of_content(part);
    std::vector<std::string> added{std::string(bullet_of(part)) + entry};
    if (at == part.front().end) added.insert(added.begin(), "");
    return {at, std::move(added)};
}

// In a text that has none: before the newest release.
Insertion as_section(const std::vector<Line>& lines, std::size_t size, const std::string& entry) {
    std::vector<std::string> added{"## [Unreleased]", "", "### Changed", "", "- " + entry, ""};
    const auto first = std::ranges::find(lines, 2, &Line::level);
    if (first != lines.end()) return {first->begin, std::move(added)};
    added.pop_back();
    if (!lines.empty() && !trimmed(lines.back().text).empty()) added.insert(added.begin(), "");
    return {size, std::move(added)};
}

} // namespace

std::optional<std::string> with_changed_line(std::string_view changelog, std::string_view version,
                                             const std::string& line) {
    if (changelog.find('\0') != std::string_view::npos) return std::nullopt; // UTF-16, or no text
    const std::string entry = is_utf8(changelog) ? line : in_ascii(line);
    const std::size_t first_end = changelog.find('\n');
    const std::string newline =
        first_end != std::string_view::npos && first_end > 0 && changelog[first_end - 1] == '\r' ? "\r\n" : "\n";
    const std::vector<Line> lines = lines_of(changelog);
    auto heading = std::ranges::find_if(lines, [&](const Line& each) { return names(each, version); });
    if (heading == lines.end())
        heading = std::ranges::find_if(lines, [](const Line& each) { return names(each, "unreleased"); });
    Insertion insertion{0, {}};
    if (heading == lines.end()) {
        insertion = as_section(lines, changelog.size(), entry);
    } else {
        const auto part = section(lines, static_cast<std::size_t>(heading - lines.begin()));
        const bool there = std::ranges::any_of(part, [&](const Line& each) { return each.text.ends_with(entry); });
        if (there) return std::string(changelog);
        insertion = into_section(part, entry);
    }
    std::string text(changelog.substr(0, insertion.at));
    if (!text.empty() && !text.ends_with('\n')) text += newline;
    for (const std::string& each : insertion.lines)
        text += each + newline;
    return text += changelog.substr(insertion.at);
}

} // namespace codemate::lifecycle::release
