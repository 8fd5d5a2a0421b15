#include "codemate/model/image_diff.hpp"

#include <algorithm>
#include <cstdint>

namespace codemate {
namespace {

// The table of common subsequences has this many cells at most; beyond, what differs is shown as one replacement.
constexpr std::size_t most_cells = 4'000'000;

using Lines = std::vector<std::string_view>; // with their newlines: a last line that has none is another line

struct Step {
    char mark; // ' ', '-' or '+'
    std::string_view line;
};

Lines lines_of(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const std::size_t newline = text.find('\n');
        const std::size_t size = newline == std::string_view::npos ? text.size() : newline + 1;
        lines.push_back(text.substr(0, size));
        text.remove_prefix(size);
    }
    return lines;
}

// Lengths of the longest common subsequences of all endings.
class Table {
public:
    Table(const Lines& before, const Lines& after) : width_(after.size() + 1), cells_((before.size() + 1) * width_) {
        for (std::size_t i = before.size(); i-- > 0;) {
            for (std::size_t j = after.size(); j-- > 0;) {
                cells_[i * width_ + j] =
                    before[i] == after[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
            }
        }
    }
    std::uint32_t at(std::size_t i, std::size_t j) const { return cells_[i * width_ + j]; }

private:
    std::size_t width_;
    std::vector<std::uint32_t> cells_;
};

void add_all(std::vector<Step>& steps, char mark, const Lines& lines) {
    for (const std::string_view line : lines)
        steps.push_back({mark, line});
}

// Lines taken away come before the ones that replace them.
void add_difference(std::vector<Step>& steps, const Lines& before, const Lines& after) {
    if (before.size() + 1 > most_cells / (after.size() + 1)) {
        add_all(steps, '-', before);
        add_all(steps, '+', after);
        return;
    }
    const Table common(before, after);
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < before.size() && j < after.size()) {
        if (before[i] == after[j]) {
            steps.push_back({' ', before[i++]});
            ++j;
        } else if (common.at(i + 1, j) >= common.at(i, j + 1)) {
            steps.push_back({'-', before[i++]});
        } else {
            steps.push_back({'+', after[j++]});
        }
    }
    add_all(steps, '-', Lines(before.begin() + static_cast<std::ptrdiff_t>(i), before.end()));
    add_all(steps, '+', Lines(after.begin() + static_cast<std::ptrdiff_t>(j), after.end()));
}

std::vector<Step> steps_between(const Lines& before, const Lines& after) {
    const auto [front_before, front_after] = std::ranges::mismatch(before, after);
    auto back_before = before.end();
    auto back_after = after.end();
    while (back_before != front_before && back_after != front_after && back_before[-1] == back_after[-1]) {
        --back_before;
        --back_after;
    }
    std::vector<Step> steps;
    add_all(steps, ' ', Lines(before.begin(), front_before));
    add_difference(steps, Lines(front_before, back_before), Lines(front_after, back_after));
    add_all(steps, ' ', Lines(back_before, before.end()));
    return steps;
}

// The steps that stand together in one hunk: a change, its context, and every change whose context touches it.
struct Hunk {
    std::size_t begin, end;
};

std::vector<Hunk> hunks_of(const std::vector<Step>& steps, std::size_t context) {
    std::vector<Hunk> hunks;
    for (std::size_t at = 0; at < steps.size(); ++at) {
        if (steps[at].mark == ' ') continue;
        const std::size_t begin = at > context ? at - context : 0;
        const std::size_t end = steps.size() - at > context ? at + context + 1 : steps.size();
        if (!hunks.empty() && begin <= hunks.back().end) {
            hunks.back().end = end;
        } else {
            hunks.push_back({begin, end});
        }
    }
    return hunks;
}

// "3,2": the first line and how many; of no lines the one before.
std::string range(std::size_t lines_before, std::size_t count) {
    const std::string first = std::to_string(lines_before + (count == 0 ? 0 : 1));
    return count == 1 ? first : first + "," + std::to_string(count);
}

void add_line(std::vector<std::string>& out, const Step& step) {
    const bool ended = step.line.ends_with('\n');
    out.push_back(step.mark + std::string(step.line.substr(0, step.line.size() - (ended ? 1 : 0))));
    if (!ended) out.emplace_back("\\ No newline at end of file");
}

} // namespace

std::vector<std::string> unified_diff(std::string_view before, std::string_view after, std::size_t context) {
    const std::vector<Step> steps = steps_between(lines_of(before), lines_of(after));
    std::vector<std::string> out;
    std::size_t old_line = 0; // lines of either text in front of the hunk
    std::size_t new_line = 0;
    std::size_t at = 0;
    const auto count_to = [&](std::size_t end, char not_counted) {
        return static_cast<std::size_t>(std::count_if(steps.begin() + static_cast<std::ptrdiff_t>(at),
                                                      steps.begin() + static_cast<std::ptrdiff_t>(end),
                                                      [&](const Step& step) { return step.mark != not_counted; }));
    };
    for (const Hunk& hunk : hunks_of(steps, context)) {
        old_line += count_to(hunk.begin, '+');
        new_line += count_to(hunk.begin, '-');
        at = hunk.begin;
        const std::size_t old_count = count_to(hunk.end, '+');
        const std::size_t new_count = count_to(hunk.end, '-');
        out.push_back("@@ -" + range(old_line, old_count) + " +" + range(new_line, new_count) + " @@");
        for (; at < hunk.end; ++at)
            add_line(out, steps[at]);
        old_line += old_count;
        new_line += new_count;
    }
    return out;
}

} // namespace codemate
