#include "codemate/base/text.hpp"

#include "cli/commands/list/render.hpp"

#include "codemate/ui/table.hpp"

namespace codemate::cli::list {
namespace {

namespace use = lifecycle::list;
using ui::Table;

std::string or_dash(std::string text) {
    return text.empty() ? "-" : text;
}
std::string yes_or_dash(bool value) {
    return value ? "yes" : "-";
}

std::vector<std::string> as_ollama_lists(const use::Row& row, Time now) {
    const ollama::Installed& model = *row.installed;
    return {row.name.display(), model.digest ? model.digest->id() : "-",
            model.cloud() ? "cloud" : to_string(model.size), relative_to(now, model.modified)};
}

std::vector<std::string> installed_cells(const use::Row& row, Time now) {
    std::vector<std::string> cells = as_ollama_lists(row, now);
    cells.push_back(or_dash(joined(row.roles, ",")));
    cells.push_back(yes_or_dash(row.is_protected));
    return cells;
}

// What has a role or is protected is not unused.
std::vector<std::string> unused_cells(const use::Row& row, Time now) {
    std::vector<std::string> cells = as_ollama_lists(row, now);
    cells.push_back(yes_or_dash(!row.kept_by.empty()));
    return cells;
}

std::vector<std::string> available_cells(const use::Row& row) {
    const manifest::Stated stated = row.declared == nullptr ? manifest::Stated{} : row.declared->about.stated;
    return {row.name.display(),
            or_dash(stated.size),
            or_dash(stated.quantization),
            stated.context ? std::to_string(*stated.context) : "-",
            or_dash(joined(row.roles, ",")),
            or_dash(joined(row.groups, ",")),
            yes_or_dash(row.is_protected)};
}

} // namespace

std::string text(const use::Report& report, const use::Options& options, std::size_t columns) {
    if (options.which == use::Which::available) {
        Table table({{"NAME"},
                     {"STATED SIZE"},
                     {"QUANTIZATION"},
                     {"CONTEXT"},
                     {"ROLE", Table::Cut::middle},
                     {"GROUP", Table::Cut::middle},
                     {"PROTECTED"}});
        for (const use::Row& row : report.rows)
            table.add(available_cells(row));
        return table.text(columns);
    }
    if (options.which == use::Which::unused) {
        Table table({{"NAME"}, {"ID"}, {"SIZE"}, {"MODIFIED"}, {"DECLARED"}});
        for (const use::Row& row : report.rows)
            table.add(unused_cells(row, report.now));
        return table.text(columns);
    }
    Table table({{"NAME"}, {"ID"}, {"SIZE"}, {"MODIFIED"}, {"ROLE", Table::Cut::middle}, {"PROTECTED"}});
    for (const use::Row& row : report.rows)
        table.add(installed_cells(row, report.now));
    return table.text(columns);
}

} // namespace codemate::cli::list
