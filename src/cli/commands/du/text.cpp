#include "codemate/base/text.hpp"

#include "cli/commands/du/render.hpp"

#include "codemate/rules/own_names.hpp"
#include "codemate/ui/blocks.hpp"
#include "codemate/ui/table.hpp"

#include <algorithm>

namespace codemate::cli::du {
namespace {

namespace use = lifecycle::du;
using ui::Blocks;
using ui::Table;

constexpr std::size_t oddities_told = 10; // a directory of another kind has thousands; JSON tells all

std::vector<std::string> cells(const use::Row& row) {
    if (row.on_disk)
        return {row.name.display(), to_string(row.referenced()), to_string(row.on_disk->alone),
                to_string(row.on_disk->shared)};
    if (row.is_cloud) return {row.name.display(), "cloud", "-", "-"};
    return {row.name.display(), to_string(row.stated), "at most " + to_string(row.stated), "-"};
}

std::string tally(const use::Report& report, const use::Options& options) {
    std::string text = counted(report.rows.size(), "model");
    if (!report.free_without) return text + ": at most " + to_string(report.stated) + "\n";
    if (!options.filter) return ""; // the disk's figures say more
    return text + ": " + to_string(*report.free_without) + " would come free without " +
           (report.rows.size() == 1 ? "it" : "them") + "\n";
}

std::string downloads(const std::vector<store::Partial>& partials) {
    ByteCount fetched, extent;
    for (const store::Partial& partial : partials) {
        fetched += partial.recorded;
        extent += partial.extent;
    }
    return counted(partials.size(), "download") + ": " + to_string(fetched) + " of " + to_string(extent) + " fetched";
}

void add(Blocks& blocks, const std::string& name, ByteCount bytes, const std::string& remark) {
    if (bytes > ByteCount()) blocks.row({name, to_string(bytes), remark});
}

std::string models_remark(const use::Report& report) {
    if (report.parts->shared == ByteCount()) return "";
    return to_string(report.parts->shared) + " of it used by more than one name";
}

void add_parts(Blocks& blocks, const use::Report& report) {
    const use::Parts& parts = *report.parts;
    const store::Inventory& inventory = report.disk->inventory;
    blocks.begin("Disk");
    blocks.row({"models", to_string(parts.models), models_remark(report)});
    add(blocks, "snapshots", parts.snapshots,
        "held by nothing but " + counted(report.hidden, "name") + " of codemate's own");
    add(blocks, "orphaned", parts.orphaned, counted(report.orphans, "blob") + " that no manifest names");
    add(blocks, "partial", parts.partial, downloads(inventory.partials));
    add(blocks, "temporary", parts.temporary, counted(inventory.temporaries.size(), "file"));
    add(blocks, "other", parts.odd, "see below");
    add(blocks, "manifests", parts.manifests, "");
    add(blocks, "directories", parts.directories, "");
    blocks.row({"in all", to_string(parts.sum())});
    if (const auto& space = report.disk->space)
        blocks.row({"free", to_string(space->free), "of " + to_string(space->total)});
}

void add_oddities(Blocks& blocks, const std::vector<store::Oddity>& oddities) {
    blocks.begin("Not as the server makes it");
    for (std::size_t i = 0; i < std::min(oddities.size(), oddities_told); ++i)
        blocks.row({oddities[i].path, oddities[i].why});
    if (oddities.size() > oddities_told)
        blocks.row({"… and " + std::to_string(oddities.size() - oddities_told) + " more"});
}

// Their layers count as used, by names that no list shows.
void add_passing(Blocks& blocks, const std::vector<use::Row>& rows) {
    if (rows.empty()) return;
    blocks.begin("Left behind by a codemate that was cut off, or in use by one");
    for (const use::Row& row : rows)
        blocks.row({row.name.display(), to_string(row.referenced()),
                    std::string("`codemate prune` removes it ") +
                        (rules::is_relay_name(row.name) ? "an hour" : "a day") + " after it was made"});
}

} // namespace

std::string text(const use::Report& report, const use::Options& options, std::size_t columns, const ui::Style& style) {
    Table table({{"NAME", Table::Cut::middle}, {"REFERENCED"}, {"UNIQUE"}, {"SHARED"}});
    for (const use::Row& row : report.rows)
        table.add(cells(row));
    std::string text = table.text(columns) + tally(report, options);
    if (options.filter || (report.disk == nullptr && report.passing.empty())) return text;
    Blocks blocks;
    if (report.disk != nullptr) add_parts(blocks, report);
    add_passing(blocks, report.passing);
    if (report.disk == nullptr) return text + "\n" + blocks.text(style);
    add_oddities(blocks, report.disk->inventory.oddities);
    return text + "\n" + blocks.text(style);
}

} // namespace codemate::cli::du
