#include "codemate/base/text.hpp"

#include "cli/commands/outdated/render.hpp"
#include "cli/commands/standing.hpp"

#include "codemate/ui/markup.hpp"
#include "codemate/ui/table.hpp"

#include <array>

namespace codemate::cli::outdated {
namespace {

namespace use = lifecycle::outdated;
using ui::Table;
using upstream::State;

std::string_view word(State state) {
    switch (state) {
    case State::current:
        return "up to date";
    case State::same_content:
        return "same content";
    case State::outdated:
        return "outdated";
    case State::no_upstream:
        return "no upstream";
    case State::absent:
        return "not installed";
    case State::failed:
        break;
    }
    return "failed";
}

std::string id(const std::optional<Digest>& digest) {
    return digest ? digest->id() : "-";
}

std::vector<std::string> cells(const upstream::Standing& row) {
    const bool says_no_more = row.state == State::current || row.state == State::same_content;
    return {row.name.display(),
            std::string(word(row.state)),
            row.against == upstream::Against::nothing ? "-" : std::string(upstream::to_string(row.against)),
            id(row.before),
            id(row.after),
            row.to_fetch ? to_string(*row.to_fetch) : "-",
            says_no_more ? "-" : row.reason};
}

std::string tally(const use::Report& report) {
    constexpr std::array states{State::outdated,    State::current, State::same_content,
                                State::no_upstream, State::absent,  State::failed};
    std::vector<std::string> parts;
    for (const State state : states) {
        const std::size_t count = report.count(state);
        if (count > 0) parts.push_back(std::to_string(count) + " " + std::string(word(state)));
    }
    return counted(report.rows.size(), "model") + (parts.empty() ? "" : ": " + joined(parts, ", ")) + "\n";
}

Table table_of(const use::Report& report) {
    Table table({{"MODEL"}, {"RESULT"}, {"AGAINST"}, {"ID"}, {"UPSTREAM"}, {"FETCH"}, {"CHANGES", Table::Cut::middle}});
    for (const upstream::Standing& row : report.rows)
        table.add(cells(row));
    return table;
}

std::string below(const use::Report& report) {
    std::string text = tally(report);
    for (const upstream::Standing& row : report.rows) {
        if (row.diff) text += changes_text(row);
    }
    return text;
}

} // namespace

std::string text(const use::Report& report, std::size_t columns) {
    return table_of(report).text(columns) + below(report);
}

std::string markdown(const use::Report& report) {
    return table_of(report).markdown() + "\n" + ui::markdown_preformatted(below(report));
}

} // namespace codemate::cli::outdated
