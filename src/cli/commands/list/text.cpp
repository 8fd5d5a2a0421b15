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

std::vector<std::string> installed_cells(const use::Row& row, Time now) {
    const ollama::Installed& model = *row.installed;
    return {row.name.display(),
            model.digest ? model.digest->id() : "-",
            model.cloud() ? "cloud" : to_string(model.size),
            relative_to(now, model.modified),
            or_dash(joined(row.roles, ",")),
            yes_or_dash(row.is_protected)};
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
    Table table({{"NAME"}, {"ID"}, {"SIZE"}, {"MODIFIED"}, {"ROLE", Table::Cut::middle}, {"PROTECTED"}});
    for (const use::Row& row : report.rows)
        table.add(installed_cells(row, report.now));
    return table.text(columns);
}

} // namespace codemate::cli::list
