#include "lifecycle/docs/reading.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::lifecycle::docs {
namespace {

int level_of(std::string_view line) {
    const std::size_t hashes = std::min(line.find_first_not_of('#'), line.size());
    const bool heading =
        hashes >= 1 && hashes <= 6 && (hashes == line.size() || line[hashes] == ' ' || line[hashes] == '\t');
    return heading ? static_cast<int>(hashes) : 0;
}

// "```" or "~~~", at least three; empty: no fence.
std::string_view fence_of(std::string_view line) {
    const std::string_view text = trimmed(line);
    for (const char letter : {'`', '~'}) {
        const std::size_t count = std::min(text.find_first_not_of(letter), text.size());
        if (count >= 3) return text.substr(0, count);
    }
    return {};
}

} // namespace

std::vector<ReadLine> read_lines(std::string_view document) {
    std::vector<ReadLine> lines;
    std::string_view open, info;
    bool generated = false;
    for (const std::string_view raw : split(document, '\n')) {
        std::string_view text = raw;
        if (text.ends_with('\r')) text.remove_suffix(1);
        ReadLine line{text, lines.size() + 1};
        const std::string_view fence = fence_of(text);
        line.fenced = !open.empty() || !fence.empty();
        if (open.empty() && !fence.empty()) {
            open = fence;
            info = trimmed(trimmed(text).substr(fence.size()));
            line.info = info;
        } else if (!open.empty()) {
            line.info = info;
            const bool closes = !fence.empty() && fence.front() == open.front() && fence.size() >= open.size();
            if (closes) open = {};
        } else {
            line.level = level_of(text);
            if (trimmed(text).starts_with("<!-- codemate:begin ")) generated = true;
        }
        line.generated = generated;
        if (!line.fenced && trimmed(text).starts_with("<!-- codemate:end ")) generated = false;
        lines.push_back(line);
    }
    return lines;
}

std::string without_code(std::string_view line) {
    std::string result(line);
    for (std::size_t at = result.find('`'); at != std::string::npos;) {
        const std::size_t ticks = std::min(result.find_first_not_of('`', at), result.size()) - at;
        const std::size_t end = result.find(std::string(ticks, '`'), at + ticks);
        if (end == std::string::npos) break;
        std::fill(result.begin() + static_cast<std::ptrdiff_t>(at),
                  result.begin() + static_cast<std::ptrdiff_t>(end + ticks), ' ');
        at = result.find('`', end + ticks);
    }
    return result;
}

} // namespace codemate::lifecycle::docs
