#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/release.hpp"

#include <algorithm>

namespace codemate::lifecycle::release {
namespace {

using manifest::Release;

std::string without_v(std::string_view version) {
    if (version.starts_with('v')) version.remove_prefix(1);
    return std::string(version);
}

void refuse_version(const std::string& version, const Facts& facts) {
    if (!manifest::is_semantic_version(version)) {
        throw Error(Kind::usage, quoted(version, 100) + " is no version")
            .hint("a version is three numbers with points between them: 1.2.3, or 1.2.3-rc.1");
    }
    if (const Release* recorded = facts.releases.find(version)) {
        throw Error(Kind::refused, "release " + version + " is recorded already, of " + recorded->date)
            .hint("choose the next version, or tag it: codemate release " + version + " --tag");
    }
    if (facts.releases.releases.empty()) return;
    const Release& last = facts.releases.releases.front();
    if (manifest::compare_versions(version, last.version) > 0) return;
    throw Error(Kind::refused, version + " is not newer than the last recorded release, " + last.version)
        .hint("a history that goes backwards cannot be compared; choose a version above " + last.version);
}

// A release without digests could never be installed again.
void refuse_without_pins(const Facts& facts) {
    std::vector<std::string> without;
    std::vector<ModelName> needed = manifest::required_set(facts.manifest);
    for (const std::string& role : facts.manifest.role_order)
        needed.push_back(facts.manifest.roles.at(role));
    for (const ModelName& name : needed) {
        if (facts.lock.find(name) != nullptr) continue;
        if (std::ranges::find(without, name.display()) == without.end()) without.push_back(name.display());
    }
    if (needed.empty()) {
        throw Error(Kind::check, "the manifest requires no model: there is nothing to record")
            .hint("`codemate use ROLE NAME` gives a role to a model");
    }
    if (without.empty()) return;
    throw Error(Kind::check, "no digest is locked of " + listed(without) + ", so the release could not say what it has")
        .hint("`codemate lock` pins what is declared; then the same again");
}

void refuse_date(const std::string& date) {
    const auto parts = split(date, '-');
    const bool good = date.size() == 10 && parts.size() == 3 && parts[0].size() == 4 && parts[1].size() == 2 &&
                      std::ranges::all_of(parts, [](std::string_view part) {
                          return part.find_first_not_of("0123456789") == std::string_view::npos;
                      });
    if (good && parse_rfc3339(date + "T00:00:00Z")) return;
    throw Error(Kind::usage, quoted(date, 100) + " is no date").hint("write it as in 2026-01-31");
}

void refuse_earlier_date(const std::string& date, const Facts& facts) {
    if (facts.releases.releases.empty()) return;
    const Release& last = facts.releases.releases.front();
    if (date >= last.date) return;
    throw Error(Kind::refused,
                date + " is before the date of the last recorded release, " + last.version + " of " + last.date)
        .hint("--date gives the day of the release; one that is older belongs before " + last.version);
}

std::string first_changes(const Release& release) {
    std::vector<std::string> parts;
    for (const auto& [role, model] : release.roles)
        parts.push_back(role + " " + model.display());
    return "first recorded release" + (parts.empty() ? std::string() : ": " + joined(parts, ", "));
}

} // namespace

Plan plan(const Facts& facts, const Options& options) {
    const std::string version = without_v(options.version);
    refuse_version(version, facts);
    refuse_date(options.date);
    refuse_earlier_date(options.date, facts);
    refuse_without_pins(facts);
    Plan plan{release_now(facts.manifest, facts.lock), {}, {}, {}, false, {}, {}};
    plan.release.version = version;
    plan.release.date = options.date;
    plan.release.notes = options.notes;
    if (facts.releases.releases.empty()) {
        plan.release.changes = first_changes(plan.release);
    } else {
        plan.previous = facts.releases.releases.front().version;
        plan.since = compare(facts.releases.releases.front(), plan.release);
        plan.release.changes = changes_text(*plan.since);
    }
    plan.manifest_text = manifest::with_version(facts.manifest_text, version);
    plan.manifest_changes = plan.manifest_text != facts.manifest_text;
    manifest::manifest_after_edit(plan.manifest_text, facts.manifest.origin);
    plan.changelog_line = "Models of release " + version + ": " + plan.release.changes + ".";
    if (facts.changelog) plan.changelog = with_changed_line(*facts.changelog, version, plan.changelog_line);
    return plan;
}

manifest::Release release_named(const std::string& version, const Facts& facts) {
    if (version.empty()) return release_now(facts.manifest, facts.lock);
    if (const Release* found = facts.releases.find(version)) return *found;
    std::vector<std::string> known;
    for (const Release& release : facts.releases.releases)
        known.push_back(release.version);
    Error error(Kind::not_found, "no release " + quoted(version, 100) + " is recorded");
    const auto meant = nearest(without_v(version), known);
    if (known.empty()) throw std::move(error.hint("`codemate release VERSION` records the first one"));
    throw std::move(error.hint(meant ? "did you mean " + *meant + "?" : "recorded are " + listed(known)));
}

} // namespace codemate::lifecycle::release
