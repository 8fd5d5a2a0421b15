#include "codemate/rules/keep.hpp"

#include "codemate/base/text.hpp"
#include "codemate/rules/loaded.hpp"
#include "codemate/rules/own_names.hpp"

namespace codemate::rules {
namespace {

using Why = KeepReason::Why;

std::string in_words(std::string singular, const std::vector<std::string>& names) {
    return std::move(singular) + (names.size() == 1 ? " " : "s ") + printable(listed(names));
}

} // namespace

bool is_left_behind(const ollama::Installed& model, Time now) {
    const bool is_candidate = is_candidate_name(model.name);
    if (!is_candidate && !is_relay_name(model.name)) return false;
    return model.modified + (is_candidate ? candidates_kept_for : relay_names_kept_for) < now;
}

Keepers::Keepers(const KeepFacts& facts) : facts_(facts) {
    const bool several = !facts.more_manifests.empty();
    add_project(facts.manifest, several);
    for (const manifest::Manifest* manifest : facts.more_manifests)
        add_project(*manifest, several);
    add_elsewhere();
    for (const ollama::Installed& model : facts.installed)
        ++spellings_[model.name];
}

void Keepers::add_project(const manifest::Manifest& manifest, bool is_one_of_several) {
    Project project{&manifest, manifest::Usage(manifest), {}, {}};
    for (const ModelName& name : manifest::required_set(manifest))
        project.required.insert(name);
    if (is_one_of_several) project.in = " in " + printable(manifest.origin.display());
    projects_.push_back(std::move(project));
}

void Keepers::add_elsewhere() {
    for (const state::RequiredSet& set : facts_.elsewhere) {
        const std::string whose = set.manifest == "builtin" ? "the built-in manifest" : set.manifest;
        const std::string used = relative_in_text(facts_.now, set.used);
        for (const ModelName& name : set.models)
            elsewhere_[name].push_back(printable(whose) + ", used here " + used);
    }
}

std::vector<KeepReason> Keepers::reasons(const ollama::Installed& model) const {
    std::vector<KeepReason> reasons;
    const bool own = is_own_name(model.name);
    if (!own) {
        for (const Project& project : projects_)
            add_declared(reasons, model.name, project);
        add_protected(reasons, model.name);
        add_elsewhere(reasons, model.name);
    }
    add_loaded(reasons, model);
    add_snapshot(reasons, model.name);
    add_candidate(reasons, model);
    add_relay_name(reasons, model);
    if (model.cloud()) reasons.push_back({Why::cloud, "it is a cloud model: its content is not on the server"});
    add_misread(reasons, model);
    return reasons;
}

void Keepers::add_declared(std::vector<KeepReason>& reasons, const ModelName& name, const Project& project) const {
    const std::vector<std::string> roles = project.usage.roles_of(name);
    if (!roles.empty()) {
        reasons.push_back({Why::role, "it has the " + in_words("role", roles) + project.in});
    } else if (project.required.contains(name)) {
        reasons.push_back({Why::required, "it is in the group default" + project.in});
    } else if (const std::vector<std::string> groups = project.usage.groups_of(name); !groups.empty()) {
        reasons.push_back({Why::declared, "it is in the " + in_words("group", groups) + project.in});
    } else if (project.manifest->declared(name) != nullptr) {
        reasons.push_back(
            {Why::declared, (project.in.empty() ? "the manifest" : project.in.substr(std::string_view(" in ").size())) +
                                " declares it"});
    }
}

void Keepers::add_protected(std::vector<KeepReason>& reasons, const ModelName& name) const {
    std::vector<std::string> patterns;
    const auto add = [&](std::span<const NamePattern> candidates) {
        for (const NamePattern& pattern : candidates) {
            if (pattern.matches(name)) patterns.push_back(quoted(pattern.text()));
        }
    };
    for (const Project& project : projects_)
        add(project.manifest->protect);
    if (!patterns.empty()) reasons.push_back({Why::is_protected, "it is protected by " + listed(patterns)});
    patterns.clear();
    add(facts_.keep);
    if (!patterns.empty()) reasons.push_back({Why::is_protected, "--keep " + listed(patterns) + " keeps it"});
}

void Keepers::add_elsewhere(std::vector<KeepReason>& reasons, const ModelName& name) const {
    const auto found = elsewhere_.find(name);
    if (found == elsewhere_.end()) return;
    reasons.push_back({Why::elsewhere, "it is required by " + listed(found->second)});
}

void Keepers::add_loaded(std::vector<KeepReason>& reasons, const ollama::Installed& model) const {
    if (facts_.running == nullptr) return;
    const ollama::Running* running = loaded_as(model.name, model.digest, *facts_.running);
    if (running == nullptr) return;
    // What is loaded by another name goes on without this one.
    if (is_relay_name(model.name) && !running->name.same_on_server(model.name)) return;
    const std::string as = running->name.same_on_server(model.name) ? "" : " as " + running->name.display();
    reasons.push_back({Why::loaded, "it is loaded" + printable(as) + "; `ollama stop " +
                                        printable(running->name.display()) + "` ends that"});
}

// A clock that was ahead when it was made does not make it old.
void Keepers::add_snapshot(std::vector<KeepReason>& reasons, const ModelName& name) const {
    const std::optional<SnapshotName> snapshot = parse_snapshot_name(name);
    if (!snapshot || facts_.now - snapshot->made >= snapshots_kept_for) return;
    reasons.push_back(
        {Why::snapshot, "it is a snapshot of " + printable(snapshot->of.display()) + ", made less than 14 days ago"});
}

// The update that it belongs to may be at work.
void Keepers::add_candidate(std::vector<KeepReason>& reasons, const ollama::Installed& model) const {
    if (!is_candidate_name(model.name) || facts_.now - model.modified >= candidates_kept_for) return;
    reasons.push_back({Why::snapshot, "it is the candidate of an update, made less than a day ago"});
}

// The pull that it belongs to may be at work, also one of another machine's.
void Keepers::add_relay_name(std::vector<KeepReason>& reasons, const ollama::Installed& model) const {
    if (!is_relay_name(model.name) || is_left_behind(model, facts_.now)) return;
    reasons.push_back({Why::snapshot, "a codemate made it less than an hour ago and may be at work with it"});
}

void Keepers::add_misread(std::vector<KeepReason>& reasons, const ollama::Installed& model) const {
    if (model.cloud()) return; // as its tag says
    const auto spellings = spellings_.find(model.name);
    if (model.name.misread_by_server()) {
        reasons.push_back({Why::misread, "the server takes such a name for another model's"});
    } else if (spellings != spellings_.end() && spellings->second > 1) {
        reasons.push_back({Why::misread, "the server has another name that differs by letter case only"});
    }
}

std::string_view to_string(Why why) {
    switch (why) {
    case Why::role:
        return "role";
    case Why::required:
        return "required";
    case Why::declared:
        break;
    case Why::is_protected:
        return "protected";
    case Why::elsewhere:
        return "elsewhere";
    case Why::loaded:
        return "loaded";
    case Why::snapshot:
        return "snapshot";
    case Why::cloud:
        return "cloud";
    case Why::misread:
        return "misread";
    }
    return "declared";
}

} // namespace codemate::rules
