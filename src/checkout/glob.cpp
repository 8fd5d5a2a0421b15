#include "codemate/checkout/glob.hpp"

#include "codemate/base/text.hpp"

namespace codemate::checkout {
namespace {

constexpr auto nowhere = std::string_view::npos;

// Where the class ends that begins at `open`: behind its ]. nowhere: it has no end.
std::size_t end_of_class(std::string_view pattern, std::size_t open) {
    std::size_t at = open + 1;
    if (at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^')) ++at;
    for (bool first = true; at < pattern.size(); ++at, first = false) {
        if (pattern[at] == ']' && !first) return at + 1;
        if (pattern[at] == '\\') ++at;
    }
    return nowhere;
}

// `inside` is what stands between the brackets.
bool is_in_class(std::string_view inside, char c) {
    const bool negated = inside.starts_with('!') || inside.starts_with('^');
    if (negated) inside.remove_prefix(1);
    const auto take = [&] {
        if (inside.size() > 1 && inside.front() == '\\') inside.remove_prefix(1);
        const auto taken = static_cast<unsigned char>(inside.front());
        inside.remove_prefix(1);
        return taken;
    };
    const auto wanted = static_cast<unsigned char>(c);
    bool found = false;
    while (!inside.empty()) {
        const unsigned char low = take();
        unsigned char high = low;
        if (inside.size() > 1 && inside.front() == '-') {
            inside.remove_prefix(1);
            high = take();
        }
        found = found || (low <= wanted && wanted <= high);
    }
    return found != negated;
}

// Behind the one character of the pattern that stands at `at`, if it is this one; else nowhere.
std::size_t after_character(std::string_view pattern, std::size_t at, char c) {
    switch (pattern[at]) {
    case '?':
        return at + 1;
    case '[': {
        const std::size_t end = end_of_class(pattern, at);
        return is_in_class(pattern.substr(at + 1, end - at - 2), c) ? end : nowhere;
    }
    case '\\':
        return pattern[at + 1] == c ? at + 2 : nowhere;
    default:
        return pattern[at] == c ? at + 1 : nowhere;
    }
}

// Of the stars only the last one is ever tried again: what an earlier one could take more, the later one can take, too.
bool step_fits(std::string_view pattern, std::string_view text) {
    std::size_t at = 0, done = 0;                 // in the pattern, in the text
    std::size_t behind_star = nowhere, tried = 0; // where both go on when it takes one character more
    while (done < text.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            behind_star = ++at;
            tried = done;
            continue;
        }
        const std::size_t next = at < pattern.size() ? after_character(pattern, at, text[done]) : nowhere;
        if (next != nowhere) {
            at = next;
            ++done;
        } else if (behind_star != nowhere) {
            at = behind_star;
            done = ++tried;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == nowhere;
}

// The text up to the next slash, which goes with it.
std::string_view take_step(std::string_view& path) {
    const auto slash = path.find('/');
    const std::string_view step = path.substr(0, slash);
    path = slash == nowhere ? std::string_view() : path.substr(slash + 1);
    return step;
}

} // namespace

std::optional<std::string> Glob::objection(std::string_view pattern) {
    if (pattern.size() > longest) return "it is longer than " + std::to_string(longest) + " characters";
    for (const std::string_view step : split(pattern, '/')) {
        for (std::size_t at = 0; at < step.size(); ++at) {
            if (step[at] == '\\') {
                if (++at == step.size()) return "nothing stands behind its \\";
                continue;
            }
            if (step[at] != '[') continue;
            const std::size_t end = end_of_class(step, at);
            if (end == nowhere) return "its [ has no ]";
            const std::string_view inside = step.substr(at + 1, end - at - 2);
            if (inside.find("[:") != nowhere) return "names of classes, such as [:alpha:], are not supported";
            at = end - 1;
        }
    }
    return std::nullopt;
}

Glob::Glob(std::string_view pattern) {
    for (const std::string_view step : split(pattern, '/'))
        steps_.emplace_back(step);
}

bool Glob::fits(std::string_view path) const {
    // As within a step: of several ** only the last one is tried again.
    std::size_t at = 0, behind_stars = nowhere;
    std::string_view tried;
    while (!path.empty()) {
        if (at < steps_.size() && steps_[at] == "**") {
            if (++at == steps_.size()) return true; // at least one step is left
            behind_stars = at;
            tried = path;
            continue;
        }
        std::string_view rest = path;
        if (at < steps_.size() && step_fits(steps_[at], take_step(rest))) {
            ++at;
            path = rest;
        } else if (behind_stars != nowhere) {
            at = behind_stars;
            take_step(tried);
            path = tried;
        } else {
            return false;
        }
    }
    return at == steps_.size();
}

} // namespace codemate::checkout
