#include "lifecycle/docs/reading.hpp"

#include "codemate/base/text.hpp"
#include "codemate/lifecycle/docs.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace codemate::lifecycle::docs {
namespace {

struct Link {
    std::size_t line;
    std::string path, anchor; // as written, percent signs decoded; path empty: this document
};

std::string decoded(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned value = 0;
        const bool escape = text[at] == '%' && at + 2 < text.size();
        if (escape &&
            std::from_chars(text.data() + at + 1, text.data() + at + 3, value, 16).ptr == text.data() + at + 3) {
            result += static_cast<char>(value);
            at += 2;
        } else {
            result += text[at];
        }
    }
    return result;
}

bool has_scheme(std::string_view target) {
    const std::size_t colon = target.find(':');
    return target.starts_with("//") || (colon != std::string_view::npos && colon > 1 &&
                                        std::ranges::all_of(target.substr(0, colon), [](char letter) {
                                            return std::isalnum(static_cast<unsigned char>(letter)) != 0 ||
                                                   letter == '+' || letter == '-' || letter == '.';
                                        }));
}

// "path#anchor", of what stands between the brackets or behind the colon; a title may follow.
std::optional<Link> link_of(std::string_view target, std::size_t line) {
    target = trimmed(target);
    if (target.starts_with('<')) {
        target = target.substr(1, target.find('>') == std::string_view::npos ? target.size() : target.find('>') - 1);
    } else {
        const std::size_t blank = std::min(target.find_first_of(" \t"), target.size());
        const std::string_view title = trimmed(target.substr(blank));
        if (!title.empty() && std::string_view("\"'(").find(title.front()) == std::string_view::npos)
            return std::nullopt; // blanks in a path make it text
        target = target.substr(0, blank);
    }
    if (target.empty() || has_scheme(target)) return std::nullopt;
    const std::size_t hash = target.find('#');
    const std::string_view path = target.substr(0, hash);
    const std::string_view query_free = path.substr(0, path.find('?'));
    return Link{line, decoded(query_free), hash == std::string_view::npos ? "" : decoded(target.substr(hash + 1))};
}

// What stands in the round brackets that begin at `open`; they may nest.
std::string_view in_brackets(std::string_view line, std::size_t open) {
    int depth = 0;
    for (std::size_t at = open; at < line.size(); ++at) {
        if (line[at] == '(') ++depth;
        if (line[at] == ')' && --depth == 0) return line.substr(open + 1, at - open - 1);
    }
    return {};
}

// What stands in a comment becomes blanks; `open`: whether one is open before the line, and behind it.
void blank_comments(std::string& line, bool& open) {
    for (std::size_t at = 0; at < line.size();) {
        const std::size_t begin = open ? at : line.find("<!--", at);
        if (begin == std::string::npos) return;
        const std::size_t end = line.find("-->", open ? at : begin + 4);
        open = end == std::string::npos;
        at = open ? line.size() : end + 3;
        std::fill(line.begin() + static_cast<std::ptrdiff_t>(begin), line.begin() + static_cast<std::ptrdiff_t>(at),
                  ' ');
    }
}

std::vector<Link> links_of(std::string_view document) {
    std::vector<Link> links;
    bool commented = false;
    for (const ReadLine& line : read_lines(document)) {
        if (line.fenced) continue;
        std::string text = without_code(line.text);
        blank_comments(text, commented);
        for (std::size_t at = text.find("]("); at != std::string::npos; at = text.find("](", at + 2)) {
            if (auto link = link_of(in_brackets(text, at + 1), line.number)) links.push_back(std::move(*link));
        }
        const std::size_t definition = text.starts_with('[') ? text.find("]: ") : std::string::npos;
        if (definition == std::string::npos) continue;
        if (auto link = link_of(std::string_view(text).substr(definition + 3), line.number))
            links.push_back(std::move(*link));
    }
    return links;
}

// The text of a heading, without the marks of Markdown that leave no letter.
std::string plain(std::string_view heading) {
    std::string text;
    for (std::size_t at = 0; at < heading.size(); ++at) {
        if (heading[at] == ']' && at + 1 < heading.size() && heading[at + 1] == '(') {
            const std::size_t end = heading.find(')', at);
            at = end == std::string_view::npos ? heading.size() : end;
        } else {
            text += heading[at];
        }
    }
    return text;
}

// As GitHub makes them: small letters, figures, - and _, blanks as -; what is not ASCII stays.
std::string slug(std::string_view heading) {
    std::string result;
    for (const char letter : plain(heading)) {
        const auto byte = static_cast<unsigned char>(letter);
        if (letter == ' ')
            result += '-';
        else if (byte >= 0x80 || std::isalnum(byte) != 0 || letter == '-' || letter == '_')
            result += static_cast<char>(byte < 0x80 ? std::tolower(byte) : byte);
    }
    return result;
}

void add_named_anchors(std::string_view line, std::set<std::string>& anchors) {
    for (const std::string_view attribute : {"id=\"", "name=\""}) {
        for (std::size_t at = line.find(attribute); at != std::string_view::npos; at = line.find(attribute, at + 1)) {
            const std::string_view rest = line.substr(at + attribute.size());
            anchors.emplace(rest.substr(0, rest.find('"')));
        }
    }
}

std::string mistake_of(const Link& link, const std::map<std::string, Target>& targets,
                       const std::set<std::string>& own) {
    const std::string anchor = quoted("#" + link.anchor, 200);
    if (link.path.empty())
        return link.anchor.empty() || own.contains(link.anchor) ? std::string()
                                                                : "there is no heading for " + anchor + " here";
    const auto found = targets.find(link.path);
    if (found == targets.end() || !found->second.exists) return "there is no file " + quoted(link.path, 200);
    const bool is_markdown = link.path.ends_with(".md");
    if (link.anchor.empty() || !is_markdown || found->second.anchors.contains(link.anchor)) return {};
    return "there is no heading for " + anchor + " in " + quoted(link.path, 200);
}

} // namespace

std::vector<std::string> local_links(std::string_view document) {
    std::vector<std::string> paths;
    for (const Link& link : links_of(document)) {
        if (!link.path.empty() && std::ranges::find(paths, link.path) == paths.end()) paths.push_back(link.path);
    }
    return paths;
}

std::set<std::string> anchors_of(std::string_view markdown) {
    std::set<std::string> anchors;
    std::map<std::string, std::size_t> seen;
    for (const ReadLine& line : read_lines(markdown)) {
        if (line.fenced) continue;
        add_named_anchors(line.text, anchors);
        if (line.level == 0) continue;
        std::string_view title = trimmed(line.text.substr(static_cast<std::size_t>(line.level)));
        const std::string anchor = slug(title);
        const std::size_t before = seen[anchor]++;
        anchors.insert(before == 0 ? anchor : anchor + "-" + std::to_string(before));
    }
    return anchors;
}

void check_links(std::string_view document, const std::map<std::string, Target>& targets,
                 std::vector<Finding>& findings) {
    const std::set<std::string> own = anchors_of(document);
    for (const Link& link : links_of(document)) {
        if (std::string mistake = mistake_of(link, targets, own); !mistake.empty())
            findings.push_back({Rule::link, link.line, "a dead link: " + mistake});
    }
}

} // namespace codemate::lifecycle::docs
