#include "codemate/lifecycle/du.hpp"
#include "codemate/rules/filter.hpp"
#include "codemate/rules/own_names.hpp"

#include <algorithm>
#include <utility>

namespace codemate::lifecycle::du {
namespace {

bool is_passing(const ModelName& name) {
    return rules::is_own_name(name) && !rules::parse_snapshot_name(name);
}

void add_listed(Report& report, const Facts& facts, const Options& options) {
    for (const ollama::Installed& model : facts.installed) {
        if (rules::is_own_name(model.name)) {
            ++report.hidden;
            if (is_passing(model.name)) report.passing.push_back({model.name, model.size});
        } else if (rules::fits_filter(model.name, options.filter)) {
            report.rows.push_back({model.name, model.size, model.cloud()});
        }
    }
}

std::size_t missing(const store::Entry& entry) {
    return static_cast<std::size_t>(std::ranges::count(entry.flaws, store::Flaw::What::missing, &store::Flaw::what));
}

Parts parts_of(const store::Inventory& inventory, const std::vector<bool>& own) {
    const store::Usage usage = store::usage(inventory);
    Parts parts;
    parts.snapshots = store::used_only_by(inventory, own);
    parts.models = usage.used - parts.snapshots;
    parts.shared = usage.shared;
    parts.orphaned = usage.orphaned;
    parts.partial = usage.partial;
    parts.temporary = usage.temporary;
    parts.odd = usage.odd;
    parts.manifests = usage.manifests;
    parts.directories = usage.directories;
    return parts;
}

void add_found(Report& report, const store::Inventory& inventory, const Options& options) {
    const std::vector<store::Footprint> footprints = store::footprints(inventory);
    std::vector<bool> own(inventory.models.size()), shown(inventory.models.size());
    for (std::size_t i = 0; i < inventory.models.size(); ++i) {
        const store::Entry& entry = inventory.models[i];
        own[i] = rules::is_own_name(entry.name);
        shown[i] = !own[i] && rules::fits_filter(entry.name, options.filter);
        if (own[i]) ++report.hidden;
        if (is_passing(entry.name))
            report.passing.push_back({entry.name, entry.image.size(), false, footprints[i], missing(entry)});
        if (shown[i]) report.rows.push_back({entry.name, entry.image.size(), false, footprints[i], missing(entry)});
    }
    report.free_without = store::used_only_by(inventory, shown);
    report.parts = parts_of(inventory, own);
    report.orphans = static_cast<std::size_t>(
        std::ranges::count_if(inventory.blobs, [](const store::Blob& blob) { return blob.users.empty(); }));
}

// What rows are compared by is made once for each: a name is put together from its parts.
void sort(std::vector<Row>& rows) {
    std::vector<std::pair<std::pair<std::uint64_t, std::string>, std::size_t>> order;
    for (std::size_t i = 0; i < rows.size(); ++i)
        order.push_back({{UINT64_MAX - rows[i].referenced().count(), rows[i].name.display()}, i});
    std::ranges::sort(order);
    std::vector<Row> sorted;
    sorted.reserve(rows.size());
    for (const auto& [value, i] : order)
        sorted.push_back(std::move(rows[i]));
    rows = std::move(sorted);
}

} // namespace

ByteCount Row::referenced() const {
    return on_disk ? on_disk->alone + on_disk->shared : stated;
}

ByteCount Parts::sum() const {
    return models + snapshots + orphaned + partial + temporary + odd + manifests + directories;
}

Report examine(const Facts& facts, const Options& options) {
    Report report;
    if (facts.disk) {
        report.disk = &*facts.disk;
        add_found(report, facts.disk->inventory, options);
    } else {
        add_listed(report, facts, options);
    }
    for (const Row& row : report.rows)
        report.stated += row.stated;
    sort(report.rows);
    sort(report.passing);
    return report;
}

} // namespace codemate::lifecycle::du
