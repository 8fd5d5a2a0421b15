#include "lifecycle/refs/line_diff.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::lifecycle::refs {
namespace {

constexpr std::size_t context = 3;

struct Hunk {
    std::size_t first, last; // lines, from 1
};

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines = split(text, '\n');
    if (lines.back().empty()) lines.pop_back();
    return lines;
}

std::vector<Hunk> hunks_of(const std::vector<std::size_t>& changed, std::size_t lines) {
    std::vector<Hunk> hunks;
    for (const std::size_t line : changed) {
        const std::size_t first = line > context ? line - context : 1;
        const std::size_t last = std::min(line + context, lines);
        if (!hunks.empty() && first <= hunks.back().last + 1)
            hunks.back().last = last;
        else
            hunks.push_back({first, last});
    }
    return hunks;
}

std::string shown(char mark, std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    std::string text(1, mark);
    // Tabs are what a Makefile is made of, and no danger to a terminal.
    const std::vector<std::string_view> parts = split(line, '\t');
    for (std::size_t i = 0; i < parts.size(); ++i)
        text += (i == 0 ? "" : "\t") + printable(parts[i], 2000);
    return text;
}

class Writer {
public:
    Writer(std::string_view before, std::string_view after, const std::vector<std::size_t>& changed)
        : before_(lines_of(before)), after_(lines_of(after)), changed_(changed), ended_(before.ends_with('\n')) {}

    void write(const Hunk& hunk) {
        const std::size_t count = hunk.last - hunk.first + 1;
        const std::string range = std::to_string(hunk.first) + (count == 1 ? "" : "," + std::to_string(count));
        out.push_back("@@ -" + range + " +" + range + " @@");
        for (std::size_t line = hunk.first; line <= hunk.last;) {
            std::size_t end = line; // of the changed lines that follow one another
            while (end <= hunk.last && std::binary_search(changed_.begin(), changed_.end(), end))
                ++end;
            add_all('-', before_, line, end);
            add_all('+', after_, line, end);
            if (end == line) add(' ', before_, end++);
            line = end;
        }
    }

    std::vector<std::string> out;

private:
    void add_all(char mark, const std::vector<std::string_view>& lines, std::size_t begin, std::size_t end) {
        for (std::size_t line = begin; line < end; ++line)
            add(mark, lines, line);
    }

    void add(char mark, const std::vector<std::string_view>& lines, std::size_t line) {
        out.push_back(shown(mark, lines[line - 1]));
        if (line == lines.size() && !ended_) out.emplace_back("\\ No newline at end of file");
    }

    std::vector<std::string_view> before_, after_;
    const std::vector<std::size_t>& changed_;
    bool ended_;
};

} // namespace

std::vector<std::string> line_diff(std::string_view path, std::string_view before, std::string_view after,
                                   const std::vector<std::size_t>& changed) {
    Writer writer(before, after, changed);
    writer.out = {"--- a/" + printable(path), "+++ b/" + printable(path)};
    for (const Hunk& hunk : hunks_of(changed, lines_of(before).size()))
        writer.write(hunk);
    return std::move(writer.out);
}

} // namespace codemate::lifecycle::refs
