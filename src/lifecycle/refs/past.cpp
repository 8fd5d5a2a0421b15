#include "lifecycle/refs/past.hpp"

#include "lifecycle/refs/kinds.hpp"
#include "lifecycle/refs/tokens.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace codemate::lifecycle::refs {
namespace {

constexpr std::array<std::string_view, 4> histories = {"changelog", "history", "news", "releases"};
constexpr std::string_view marker = "<!-- codemate:", begin_word = "begin ", end_word = "end ", closing = "-->";

// The line that begins there, trimmed, without the mark of UTF-8.
std::string_view line_at(std::string_view text, std::size_t at) {
    std::string_view line = trimmed(text.substr(at, text.find('\n', at) - at));
    if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    return line;
}

// NAME of "<!-- codemate:begin NAME -->" or of the end; empty: it is none.
std::string_view name_in(std::string_view line, std::string_view word) {
    if (!line.starts_with(marker) || !line.ends_with(closing)) return {};
    line.remove_prefix(marker.size());
    if (!line.starts_with(word) || line.size() < word.size() + closing.size()) return {};
    return trimmed(line.substr(word.size(), line.size() - word.size() - closing.size()));
}

} // namespace

bool tells_of_the_past(std::string_view path) {
    const std::string name = to_lower(path.substr(path.rfind('/') + 1));
    if (name.find('.') != std::string::npos && kind_of(path) != FileKind::prose) return false;
    return std::any_of(histories.begin(), histories.end(), [&](std::string_view word) {
        return name.starts_with(word) && (name.size() == word.size() || !is_alnum(name[word.size()]));
    });
}

std::size_t end_of_generated(std::string_view text, std::size_t at) {
    const std::string_view name = name_in(line_at(text, at), begin_word);
    if (name.empty()) return at;
    // The next marker has to be its end: else it is a mistake that `codemate docs` tells, and all of it is text.
    for (std::size_t next = text.find(marker, text.find('\n', at)); next != std::string_view::npos;
         next = text.find(marker, next + 1)) {
        const std::size_t before = text.rfind('\n', next);
        const std::size_t line = before == std::string_view::npos ? 0 : before + 1;
        if (!trimmed(text.substr(line, next - line)).empty()) continue;
        if (name_in(line_at(text, line), end_word) != name) return at;
        return std::min(text.find('\n', next), text.size());
    }
    return at;
}

} // namespace codemate::lifecycle::refs
