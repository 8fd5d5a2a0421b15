#include "codemate/base/text.hpp"
#include "codemate/checkout/files.hpp"

namespace codemate::checkout {
namespace {

// Whether the pattern fits the whole text. * and ? stay within one step of a path, ** goes over steps.
bool fits(std::string_view pattern, std::string_view text) {
    while (!pattern.empty()) {
        if (pattern.starts_with("**/")) {
            if (fits(pattern.substr(3), text)) return true;
            const auto slash = text.find('/');
            if (slash == std::string_view::npos) return false;
            text.remove_prefix(slash + 1);
            continue;
        }
        if (pattern.starts_with("**")) return true; // at the end: all that is below
        if (pattern.front() == '*') {
            const auto end = text.find('/');
            const std::size_t limit = end == std::string_view::npos ? text.size() : end;
            for (std::size_t taken = 0; taken <= limit; ++taken) {
                if (fits(pattern.substr(1), text.substr(taken))) return true;
            }
            return false;
        }
        if (text.empty()) return false;
        if (pattern.front() == '\\' && pattern.size() > 1)
            pattern.remove_prefix(1);
        else if (pattern.front() == '?' && text.front() != '/') {
            pattern.remove_prefix(1);
            text.remove_prefix(1);
            continue;
        }
        if (pattern.front() != text.front()) return false;
        pattern.remove_prefix(1);
        text.remove_prefix(1);
    }
    return text.empty();
}

std::string_view last_step(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// A file may be sent by anybody: one that would make the matching slow says nothing.
bool is_costly(std::string_view pattern) {
    std::size_t stars = 0;
    for (const char c : pattern)
        stars += c == '*' ? 1 : 0;
    return stars > 6 || pattern.size() > 1000;
}

} // namespace

IgnoreRules IgnoreRules::parse(std::string_view text) {
    IgnoreRules rules;
    for (std::string_view line : split(text, '\n')) {
        line = trimmed(line);
        if (line.empty() || line.front() == '#') continue;
        Rule rule;
        if (line.front() == '!') {
            rule.exception = true;
            line.remove_prefix(1);
        }
        if (line.ends_with('/')) {
            rule.directory = true;
            line.remove_suffix(1);
        }
        rule.anchored = line.find('/') != std::string_view::npos;
        if (line.starts_with('/')) line.remove_prefix(1);
        if (line.empty() || is_costly(line)) continue;
        rule.pattern = line;
        rules.rules_.push_back(std::move(rule));
    }
    return rules;
}

bool IgnoreRules::decided(std::string_view path, bool directory) const {
    for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
        if (rule->directory && !directory) continue;
        if (fits(rule->pattern, rule->anchored ? path : last_step(path))) return !rule->exception;
    }
    return false;
}

bool IgnoreRules::ignores(std::string_view path) const {
    if (rules_.empty()) return false;
    // As in git, nothing below a directory that is left out comes back.
    for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
        if (decided(path.substr(0, slash), true)) return true;
    }
    return decided(path, false);
}

} // namespace codemate::checkout
