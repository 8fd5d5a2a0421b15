#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/list.hpp"
#include "codemate/rules/snapshot_names.hpp"

#include <algorithm>
#include <set>

namespace codemate::lifecycle::list {
namespace {

// As a shell reads * and ?, letter case ignored.
bool matches_glob(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() &&
                   (pattern[p] == '?' || equal_ignoring_case(pattern.substr(p, 1), text.substr(t, 1)))) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool wanted(const ModelName& name, const std::optional<std::string>& filter) {
    if (!filter) return true;
    const std::string text = name.display();
    if (filter->find_first_of("*?") != std::string::npos) return matches_glob(*filter, text);
    return equal_ignoring_case(std::string_view(text).substr(0, filter->size()), *filter);
}

// Which groups lead to which models. Asked once for all rows: groups contain groups.
class Membership {
public:
    explicit Membership(const manifest::Manifest& manifest) {
        for (const auto& [group, members] : manifest.groups) {
            for (const manifest::Wanted& member : manifest::resolve(manifest, std::span(&group, 1))) {
                pairs_.emplace(member.name, group);
            }
        }
    }
    std::vector<std::string> of(const ModelName& name) const {
        std::vector<std::string> groups;
        for (const auto& [member, group] : pairs_) {
            if (member.same_on_server(name)) groups.push_back(group);
        }
        std::sort(groups.begin(), groups.end());
        return groups;
    }

private:
    std::set<std::pair<ModelName, std::string>> pairs_;
};

Row row_of(const ModelName& name, const manifest::Manifest& manifest, const Membership& membership) {
    Row row{name,
            std::nullopt,
            manifest.roles_of(name),
            membership.of(name),
            manifest.is_protected(name),
            manifest.declared(name)};
    return row;
}

void add_installed(Report& report, const Facts& facts, const Options& options, const Membership& membership) {
    for (const ollama::Installed& model : facts.installed) {
        if (!wanted(model.name, options.filter)) continue;
        if (rules::parse_snapshot_name(model.name)) {
            ++report.hidden;
            continue;
        }
        Row row = row_of(model.name, facts.manifest, membership);
        row.installed = model;
        report.size += model.size;
        report.rows.push_back(std::move(row));
    }
}

void add_available(Report& report, const Facts& facts, const Options& options, const Membership& membership) {
    for (const auto& [name, declared] : facts.manifest.models) {
        const bool installed =
            std::any_of(facts.installed.begin(), facts.installed.end(),
                        [&](const ollama::Installed& model) { return model.name.same_on_server(name); });
        if (!installed && wanted(name, options.filter)) report.rows.push_back(row_of(name, facts.manifest, membership));
    }
}

// Names of the public registry before others of the same first letters, by text, so that the order is a reader's.
bool before_by_name(const Row& a, const Row& b) {
    return a.name.display() < b.name.display();
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

void sort(std::vector<Row>& rows, SortKey key) {
    std::stable_sort(rows.begin(), rows.end(), before_by_name);
    if (key == SortKey::size) {
        std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return size_of(a) > size_of(b); });
    } else if (key == SortKey::modified) {
        const auto modified = [](const Row& row) { return row.installed ? row.installed->modified : Time::min(); };
        std::stable_sort(rows.begin(), rows.end(),
                         [&](const Row& a, const Row& b) { return modified(a) > modified(b); });
    }
}

} // namespace

Report examine(const Facts& facts, const Options& options) {
    const Membership membership(facts.manifest);
    Report report;
    report.now = facts.now;
    if (options.which == Which::installed) {
        add_installed(report, facts, options, membership);
    } else {
        add_available(report, facts, options, membership);
    }
    sort(report.rows, options.sort);
    return report;
}

} // namespace codemate::lifecycle::list
