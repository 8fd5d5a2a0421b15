#include "codemate/base/text.hpp"
#include "codemate/lifecycle/docs.hpp"

#include <algorithm>

namespace codemate::lifecycle::docs {
namespace {

constexpr std::string_view begin_word = "<!-- codemate:begin ", end_word = "<!-- codemate:end ", closing = "-->";

struct Line {
    std::string_view text; // without its end
    std::size_t begin, end;
};

std::vector<Line> lines_of(std::string_view text) {
    std::vector<Line> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t newline = text.find('\n', at);
        const std::size_t end = newline == std::string_view::npos ? text.size() : newline + 1;
        std::string_view line = text.substr(at, end - at);
        while (line.ends_with('\n') || line.ends_with('\r'))
            line.remove_suffix(1);
        lines.push_back({line, at, end});
        at = end;
    }
    return lines;
}

struct Marker {
    bool begins;
    std::string name;
};

// A line of its own; within text it is text.
std::optional<Marker> marker_of(std::string_view line) {
    std::string_view text = trimmed(line);
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    const bool begins = text.starts_with(begin_word);
    if ((!begins && !text.starts_with(end_word)) || !text.ends_with(closing)) return std::nullopt;
    text.remove_prefix(begins ? begin_word.size() : end_word.size());
    text.remove_suffix(closing.size());
    return Marker{begins, std::string(trimmed(text))};
}

// What stands between two markers of the same name.
struct Part {
    std::string name;
    std::size_t begin, end; // of the text between the markers' lines
    std::size_t line;       // of the begin marker
    std::size_t marker;     // where that line begins
};

struct Found {
    std::vector<Part> parts;
    std::vector<Mistake> mistakes;
};

class Search {
public:
    Search(std::string_view text, const std::vector<Section>& sections) : lines_(lines_of(text)) {
        for (const Section& section : sections)
            known_.push_back(section.name);
    }

    Found all() {
        for (std::size_t i = 0; i < lines_.size(); ++i)
            look_at(i);
        if (open_)
            mistake(open_->line, "the part " + quoted(std::string_view(open_->name)) + " begins here and does not end");
        return std::move(found_);
    }

private:
    void mistake(std::size_t line, std::string text) { found_.mistakes.push_back({line, std::move(text)}); }

    void look_at(std::size_t i) {
        const std::string_view text = trimmed(lines_[i].text);
        if (!open_ && (text.starts_with("```") || text.starts_with("~~~"))) fenced_ = !fenced_;
        const auto marker = fenced_ && !open_ ? std::nullopt : marker_of(lines_[i].text);
        if (!marker) return;
        marker->begins ? begin(*marker, i) : end(*marker, i);
    }

    void begin(const Marker& marker, std::size_t i) {
        if (open_) {
            mistake(i + 1, "the part " + quoted(marker.name) + " begins within the part " +
                               quoted(std::string_view(open_->name)) + ", which began on line " +
                               std::to_string(open_->line));
            left_open_.push_back(open_->name); // its end lacks, or comes too late: told once
        }
        if (std::ranges::find(known_, marker.name) == known_.end()) {
            const auto meant = nearest(marker.name, known_);
            mistake(i + 1, "there is no part " + quoted(marker.name) +
                               (meant ? "; did you mean " + *meant + "?" : "; known are " + listed(known_)));
        }
        const auto twice = std::ranges::find(found_.parts, marker.name, &Part::name);
        if (twice != found_.parts.end()) {
            mistake(i + 1, "the part " + quoted(marker.name) + " is there twice; first on line " +
                               std::to_string(twice->line));
        }
        open_ = Part{marker.name, lines_[i].end, 0, i + 1, lines_[i].begin};
    }

    void end(const Marker& marker, std::size_t i) {
        const auto told = std::ranges::find(left_open_, marker.name);
        if (told != left_open_.end() && (!open_ || open_->name != marker.name)) {
            left_open_.erase(told);
            return;
        }
        if (!open_) {
            mistake(i + 1, "the part " + quoted(marker.name) + " ends here and has not begun");
            return;
        }
        if (open_->name != marker.name) {
            mistake(i + 1, "the part " + quoted(marker.name) + " ends within the part " +
                               quoted(std::string_view(open_->name)) + ", which began on line " +
                               std::to_string(open_->line));
            return;
        }
        open_->end = lines_[i].begin;
        found_.parts.push_back(*std::exchange(open_, std::nullopt));
    }

    std::vector<Line> lines_;
    std::vector<std::string> known_, left_open_;
    std::optional<Part> open_;
    bool fenced_ = false;
    Found found_;
};

// What most lines of a text end with; people's editors and tools leave others among them.
std::string_view line_end_of(std::string_view text) {
    std::size_t all = 0, with_return = 0;
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        ++all;
        if (at > 0 && text[at - 1] == '\r') ++with_return;
    }
    return 2 * with_return > all ? "\r\n" : "\n";
}

std::string with_newlines(const std::string& text, std::string_view newline) {
    if (newline == "\n") return text;
    std::string result;
    for (const char letter : text)
        letter == '\n' ? void(result += newline) : void(result += letter);
    return result;
}

std::string all_of_it(const std::vector<Section>& sections) {
    std::string text;
    for (const Section& section : sections) {
        text += text.empty() ? "" : "\n";
        text += std::string(begin_word) + section.name + " -->\n" + section.text + std::string(end_word) +
                section.name + " -->\n";
    }
    return text;
}

// The number of the first line of the old text that is another one now.
std::size_t first_difference(std::string_view before, std::string_view after, std::size_t first_line) {
    const auto old = lines_of(before);
    const auto now = lines_of(after);
    std::size_t i = 0;
    while (i < old.size() && i < now.size() && old[i].text == now[i].text)
        ++i;
    return first_line + i;
}

} // namespace

Composed compose(const std::optional<std::string>& before, const std::vector<Section>& sections) {
    Composed composed;
    if (!before || trimmed(*before).empty()) { // an empty file is nobody's text
        composed.text = all_of_it(sections);
        composed.has_markers = true;
        for (const Section& section : sections)
            composed.changed.push_back(section.name);
        return composed;
    }
    const Found found = Search(*before, sections).all();
    composed.mistakes = found.mistakes;
    composed.has_markers = !found.parts.empty() || !found.mistakes.empty();
    if (!composed.mistakes.empty()) return composed;
    std::size_t at = 0;
    for (const Part& part : found.parts) {
        const auto section = std::ranges::find(sections, part.name, &Section::name);
        const std::string_view old = std::string_view(*before).substr(part.begin, part.end - part.begin);
        const std::string_view with_marker = std::string_view(*before).substr(part.marker, part.end - part.marker);
        const std::string text = with_newlines(section->text, line_end_of(with_marker));
        if (old != text) {
            composed.changed.push_back(part.name);
            composed.first_difference[part.name] = first_difference(old, text, part.line + 1);
        }
        composed.text += before->substr(at, part.begin - at) + text;
        at = part.end;
    }
    composed.text += before->substr(at);
    for (const Section& section : sections) {
        if (std::ranges::find(found.parts, section.name, &Part::name) == found.parts.end())
            composed.absent.push_back(section.name);
    }
    return composed;
}

} // namespace codemate::lifecycle::docs
