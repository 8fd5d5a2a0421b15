#include "codemate/base/text.hpp"
#include "codemate/lifecycle/release.hpp"

#include <algorithm>
#include <set>

namespace codemate::lifecycle::release {
namespace {

using Change = ModelChange::Change;
using manifest::Locked;
using manifest::Release;

using Names = std::set<ModelName, ServerOrder>;

// Every model that a release had, whether its digest was recorded or not.
Names models_of(const Release& release) {
    Names names;
    for (const auto& [role, model] : release.roles)
        names.insert(model);
    for (const auto& [name, locked] : release.models)
        names.insert(name);
    return names;
}

std::vector<RoleChange> role_changes(const Release& before, const Release& after) {
    std::vector<RoleChange> changes;
    for (const auto& [role, model] : after.roles) {
        const ModelName* old = before.role(role);
        if (old != nullptr && old->same_on_server(model)) continue;
        changes.push_back({role, old == nullptr ? std::nullopt : std::optional(*old), model});
    }
    for (const auto& [role, model] : before.roles) {
        if (after.role(role) == nullptr) changes.push_back({role, model, std::nullopt});
    }
    return changes;
}

Configuration configuration_of(const Locked& locked) {
    Configuration configuration;
    configuration.quantization = locked.quantization;
    return configuration;
}

// Both sides have a digest.
void judge(ModelChange& model, const Locked& before, const Locked& after) {
    model.before = before.digest;
    model.after = after.digest;
    const bool same = after.is(before.digest) || before.is(after.digest);
    if (before.bytes && after.bytes) {
        model.diff = codemate::compare(Image::parse(*before.bytes), Image::parse(*after.bytes),
                                       configuration_of(before), configuration_of(after));
    }
    model.change = same || (model.diff && model.diff->same_content) ? Change::same : Change::changed;
}

// What is to be said of a side without a digest. A release that recorded digests recorded all of its models.
Change without_digest(const Release& side, bool is_there, Change absent) {
    return is_there || !side.has_digests() ? Change::unknown : absent;
}

std::string no_digest(const Release& release) {
    return release.version.empty() ? std::string("no digest is locked now")
                                   : "release " + release.version + " recorded no digest";
}

ModelChange change_of(const ModelName& name, const Release& before, const Release& after) {
    ModelChange model{name};
    const Locked* old = before.find(name);
    const Locked* now = after.find(name);
    if (old != nullptr && now != nullptr) {
        judge(model, *old, *now);
        return model;
    }
    const bool was = models_of(before).contains(name);
    const bool is = models_of(after).contains(name);
    if (old != nullptr) {
        model.before = old->digest;
        model.change = without_digest(after, is, Change::removed);
    } else if (now != nullptr) {
        model.after = now->digest;
        model.change = without_digest(before, was, Change::added);
    }
    model.first_recorded = model.change == Change::unknown && !was && now != nullptr;
    if (model.change == Change::unknown)
        model.reason = no_digest(old == nullptr && (was || now != nullptr) ? before : after);
    return model;
}

std::string role_text(const RoleChange& change) {
    if (!change.before) return change.role + ": " + change.after->display() + " (new role)";
    if (!change.after) return change.role + ": " + change.before->display() + " (no longer a role)";
    return change.role + ": " + change.before->display() + " → " + change.after->display();
}

std::string model_text(const ModelChange& model) {
    const std::string name = model.name.display() + ": ";
    if (model.change == Change::added) return name + "new, at " + model.after->id();
    if (model.change == Change::removed) return name + "no longer there";
    const std::string what = model.diff ? " (" + summary(*model.diff) + ")" : "";
    return name + model.before->id() + " → " + model.after->id() + what;
}

// One sentence for all models of which the same is not known.
std::string unknown_text(const std::vector<ModelChange>& models) {
    std::vector<std::string> names, reasons;
    for (const ModelChange& model : models) {
        if (model.change != Change::unknown || model.first_recorded) continue;
        names.push_back(model.name.display());
        if (std::ranges::find(reasons, model.reason) == reasons.end()) reasons.push_back(model.reason);
    }
    if (names.empty()) return {};
    return "whether the content of " + listed(names) + " is the same is not known: " + listed(reasons);
}

// What the former release did not name can hardly be compared: that there is a record from now on is the news.
std::string first_recorded_text(const Comparison& comparison) {
    const auto count = static_cast<std::size_t>(std::ranges::count_if(comparison.models, &ModelChange::first_recorded));
    if (count == 0) return {};
    const bool others =
        static_cast<std::size_t>(std::ranges::count(comparison.models, Change::unknown, &ModelChange::change)) > count;
    return counted(count, others ? "more model" : "model") + (count == 1 ? " is" : " are") +
           " recorded for the first time";
}

} // namespace

std::string_view to_string(Change change) {
    switch (change) {
    case Change::same:
        return "same";
    case Change::changed:
        return "changed";
    case Change::added:
        return "added";
    case Change::removed:
        return "removed";
    case Change::unknown:
        break;
    }
    return "unknown";
}

bool Comparison::no_model_changes() const {
    return roles.empty() && !models.empty() &&
           std::ranges::all_of(models, [](const ModelChange& model) { return model.change == Change::same; });
}

Comparison compare(const Release& before, const Release& after) {
    Comparison comparison{role_changes(before, after), {}};
    Names names = models_of(before);
    names.merge(models_of(after));
    for (const ModelName& name : names)
        comparison.models.push_back(change_of(name, before, after));
    return comparison;
}

std::string changes_text(const Comparison& comparison) {
    if (comparison.no_model_changes()) return "no model changes";
    std::vector<std::string> parts;
    for (const RoleChange& change : comparison.roles)
        parts.push_back(role_text(change));
    for (const ModelChange& model : comparison.models) {
        if (model.change != Change::same && model.change != Change::unknown) parts.push_back(model_text(model));
    }
    if (std::string unknown = unknown_text(comparison.models); !unknown.empty()) parts.push_back(std::move(unknown));
    if (std::string first = first_recorded_text(comparison); !first.empty()) parts.push_back(std::move(first));
    return parts.empty() ? "no models" : joined(parts, "; ");
}

std::string moved_on_since(const Release& release, const Facts& facts) {
    const std::string& last = facts.releases.releases.front().version;
    if (last != release.version) return "the last recorded release is " + last;
    const Comparison now = compare(release, release_now(facts.manifest, facts.lock));
    if (now.no_model_changes()) return {};
    return "manifest and lock are not as release " + release.version + " recorded them: " + changes_text(now);
}

std::vector<ModelName> in_order(const Release& release) {
    std::vector<ModelName> names;
    const auto add = [&](const ModelName& name) {
        const bool there = std::ranges::any_of(names, [&](const auto& each) { return each.same_on_server(name); });
        if (!there && release.find(name) != nullptr) names.push_back(name);
    };
    for (const auto& [role, model] : release.roles)
        add(model);
    for (const auto& [name, locked] : release.models)
        add(name);
    return names;
}

Release release_now(const manifest::Manifest& manifest, const manifest::Lock& lock) {
    Release release{""};
    Names names;
    for (const std::string& role : manifest.role_order) {
        release.roles.emplace_back(role, manifest.roles.at(role));
        names.insert(manifest.roles.at(role));
    }
    for (const ModelName& name : manifest::required_set(manifest))
        names.insert(name);
    for (const auto& [name, declared] : manifest.models)
        names.insert(name);
    for (const ModelName& name : names) {
        const Locked* pin = lock.find(name);
        if (pin == nullptr) continue;
        Locked entry = *pin;
        entry.vectors.clear(); // a digest pins them, too
        release.models.emplace(name, std::move(entry));
    }
    return release;
}

} // namespace codemate::lifecycle::release
