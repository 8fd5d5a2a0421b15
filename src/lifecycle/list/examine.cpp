#include "codemate/base/error.hpp"
#include "codemate/lifecycle/list.hpp"
#include "codemate/manifest/usage.hpp"
#include "codemate/rules/filter.hpp"
#include "codemate/rules/own_names.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace codemate::lifecycle::list {
namespace {

Row row_of(const ModelName& name, const manifest::Manifest& manifest, const manifest::Usage& usage) {
    Row row{name,
            std::nullopt,
            usage.roles_of(name),
            usage.groups_of(name),
            manifest.is_protected(name),
            manifest.declared(name)};
    return row;
}

void add(Report& report, Row row, const ollama::Installed& model) {
    row.installed = model;
    report.size += model.size;
    report.rows.push_back(std::move(row));
}

void add_installed(Report& report, const Facts& facts, const Options& options, const manifest::Usage& usage) {
    for (const ollama::Installed& model : facts.installed) {
        if (!rules::fits_filter(model.name, options.filter)) continue;
        if (rules::is_own_name(model.name)) {
            ++report.hidden;
            continue;
        }
        add(report, row_of(model.name, facts.manifest, usage), model);
    }
}

void add_available(Report& report, const Facts& facts, const Options& options, const manifest::Usage& usage) {
    const rules::InstalledByName installed(facts.installed);
    for (const auto& [name, declared] : facts.manifest.models) {
        if (installed.find(name) == nullptr && rules::fits_filter(name, options.filter))
            report.rows.push_back(row_of(name, facts.manifest, usage));
    }
}

// By the very reasons that `prune` goes by. Of codemate's own names that leaves old snapshots, and what a run left
// behind that was cut off.
void add_unused(Report& report, const Facts& facts, const Options& options, const manifest::Usage& usage) {
    report.loaded_is_known = facts.running.has_value();
    rules::KeepFacts keep{facts.manifest, facts.installed, facts.running ? &*facts.running : nullptr, facts.now};
    keep.elsewhere = facts.elsewhere;
    const rules::Keepers keepers(keep);
    const auto is_let_pass = [&](const rules::KeepReason& reason) {
        return options.optional_too && reason.why == rules::KeepReason::Why::declared;
    };
    for (const ollama::Installed& model : facts.installed) {
        if (!rules::fits_filter(model.name, options.filter)) continue;
        report.any_fits = true;
        const bool is_own = rules::is_own_name(model.name);
        std::vector<rules::KeepReason> reasons = keepers.reasons(model);
        if (!std::ranges::all_of(reasons, is_let_pass)) {
            if (is_own) ++report.hidden;
            continue;
        }
        Row row = row_of(model.name, facts.manifest, usage);
        if (is_own) row.is_protected = false; // no pattern protects it
        row.kept_by = std::move(reasons);
        add(report, std::move(row), model);
    }
}

// What is not installed has the size that the manifest states, if that is one.
ByteCount size_of(const Row& row) {
    if (row.installed) return row.installed->size;
    if (row.declared == nullptr || row.declared->about.stated.size.empty()) return {};
    try {
        return ByteCount::parse(row.declared->about.stated.size);
    } catch (const Error&) {
        return {};
    }
}

// Equal ones by name; names of the public registry before others of the same first letters, as a reader would do it.
struct SortValue {
    ByteCount size; // of these two only what the order asks for
    Time modified;
    std::string name;

    bool operator<(const SortValue& other) const {
        return std::tie(other.size, other.modified, name) < std::tie(size, modified, other.name);
    }
};

SortValue value_of(const Row& row, SortKey key) {
    SortValue value{ByteCount(), Time(), row.name.display()};
    if (key == SortKey::size) value.size = size_of(row);
    if (key == SortKey::modified) value.modified = row.installed ? row.installed->modified : Time::min();
    return value;
}

// What rows are compared by is made once for each: a name is put together from its parts.
void sort(std::vector<Row>& rows, SortKey key) {
    std::vector<std::pair<SortValue, std::size_t>> order;
    order.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        order.emplace_back(value_of(rows[i], key), i);
    std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Row> sorted;
    sorted.reserve(rows.size());
    for (const auto& [value, i] : order)
        sorted.push_back(std::move(rows[i]));
    rows = std::move(sorted);
}

} // namespace

Report examine(const Facts& facts, const Options& options) {
    const manifest::Usage usage(facts.manifest);
    Report report;
    report.now = facts.now;
    switch (options.which) {
    case Which::installed:
        add_installed(report, facts, options, usage);
        break;
    case Which::available:
        add_available(report, facts, options, usage);
        break;
    case Which::unused:
        add_unused(report, facts, options, usage);
        break;
    }
    sort(report.rows, options.sort);
    return report;
}

} // namespace codemate::lifecycle::list
