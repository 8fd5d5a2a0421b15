#include "codemate/base/text.hpp"

#include "cli/commands/release/render.hpp"
#include "cli/commands/standing.hpp"

#include "codemate/ui/table.hpp"

namespace codemate::cli::release {
namespace {

namespace use = lifecycle::release;
using Change = use::ModelChange::Change;
using manifest::Release;
using ui::Table;

// The roles that a list has columns for: the first two of the newest release.
std::vector<std::string> listed_roles(const manifest::Releases& releases) {
    std::vector<std::string> roles;
    for (const auto& [role, model] : releases.releases.front().roles) {
        if (roles.size() < 2) roles.push_back(role);
    }
    return roles;
}

std::string upper(std::string text) {
    for (char& letter : text)
        letter = letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
    return text;
}

std::string name_of(const Release& release) {
    return release.version.empty() ? "now" : release.version;
}

std::string id(const std::optional<Digest>& digest) {
    return digest ? digest->id() : "-";
}

std::string model_text(const use::ModelChange& model) {
    const std::string name = printable(model.name.display()) + ": ";
    switch (model.change) {
    case Change::same:
        return name + "the same, " + id(model.after) + "\n";
    case Change::added:
        return name + "new, " + id(model.after) + "\n";
    case Change::removed:
        return name + "no longer there, was " + id(model.before) + "\n";
    case Change::unknown:
        if (model.first_recorded)
            return name + "recorded for the first time, " + id(model.after) + ": " + printable(model.reason) + "\n";
        return name + "not known whether it is the same: " + printable(model.reason) + "\n";
    case Change::changed:
        break;
    }
    const std::string layers =
        model.diff ? layers_text(*model.diff) : "  which layers is not known: no manifest is recorded\n";
    return name + id(model.before) + " → " + id(model.after) + "\n" + layers;
}

std::string role_text(const use::RoleChange& change) {
    const std::string role = printable(change.role) + ": ";
    if (!change.before) return role + change.after->display() + " (new role)\n";
    if (!change.after) return role + change.before->display() + " (no longer a role)\n";
    return role + change.before->display() + " → " + change.after->display() + "\n";
}

std::string roles_of(const Release& release, const ModelName& name) {
    std::vector<std::string> roles;
    for (const auto& [role, model] : release.roles) {
        if (model.same_on_server(name)) roles.push_back(role);
    }
    return roles.empty() ? "-" : joined(roles, ", ");
}

std::string models_table(const Release& release) {
    Table table({{"MODEL"}, {"ROLE"}, {"ID"}, {"SIZE"}, {"QUANTIZATION"}});
    for (const ModelName& name : use::in_order(release)) {
        const manifest::Locked& locked = *release.find(name);
        table.add({name.display(), roles_of(release, name), locked.digest.id(), to_string(locked.size),
                   locked.quantization.empty() ? "-" : locked.quantization});
    }
    return table.text();
}

std::string commands_text(const use::Commands& commands) {
    std::string text;
    if (!commands.lines.empty()) text += "next:\n";
    for (const std::string& line : commands.lines)
        text += "  " + printable(line, 10'000) + "\n";
    if (!commands.missing.empty()) text += printable(commands.missing) + "\n";
    return text;
}

std::string changelog_text(const Recorded& recorded) {
    if (recorded.plan.changelog) return {};
    const std::string why = recorded.has_changelog
                                ? recorded.changelog + " is in an encoding that no line can be added to"
                                : "there is no " + recorded.changelog;
    return why + "; the line for it, below Changed:\n  - " + printable(recorded.plan.changelog_line, 10'000) + "\n";
}

} // namespace

std::string list_text(const manifest::Releases& releases, const std::string& current, std::size_t columns) {
    if (releases.releases.empty()) return "no release is recorded\n";
    const std::vector<std::string> roles = listed_roles(releases);
    std::vector<Table::Column> head{{"VERSION"}, {"DATE"}};
    for (const std::string& role : roles)
        head.push_back({upper(printable(role)), Table::Cut::no});
    head.push_back({"DIGESTS", Table::Cut::no});
    head.push_back({"CHANGES", Table::Cut::middle});
    Table table(head);
    for (const Release& release : releases.releases) {
        std::vector<std::string> cells{release.version + (release.version == current ? " (current)" : ""),
                                       release.date};
        for (const std::string& role : roles) {
            const ModelName* model = release.role(role);
            cells.push_back(model == nullptr ? "-" : model->display());
        }
        cells.push_back(release.has_digests() ? std::to_string(release.models.size()) : "none");
        cells.push_back(release.changes.empty() ? "-" : release.changes);
        table.add(std::move(cells));
    }
    return table.text(columns);
}

std::string compare_text(const Release& before, const Release& after, const use::Comparison& comparison) {
    std::string text = printable(name_of(before)) + " → " + printable(name_of(after)) + "\n";
    for (const use::RoleChange& change : comparison.roles)
        text += role_text(change);
    for (const use::ModelChange& model : comparison.models)
        text += model_text(model);
    if (comparison.no_model_changes()) text += "no model changes\n";
    if (comparison.roles.empty() && comparison.models.empty()) text += "neither has a model\n";
    return text;
}

std::string record_text(const Recorded& recorded, Run run) {
    const Release& release = recorded.plan.release;
    std::string text = "release " + printable(release.version) + " of " + release.date +
                       (recorded.plan.previous ? ", after " + printable(*recorded.plan.previous) : "") + "\n";
    text += "changes: " + printable(release.changes, 10'000) + "\n";
    if (!release.notes.empty()) text += "notes: " + printable(release.notes, 10'000) + "\n";
    text += "\n" + models_table(release) + "\n" + changelog_text(recorded);
    if (run == Run::dry) return text + "nothing was written\n";
    text += "wrote " + listed(recorded.written) + "\n";
    return text + commands_text(recorded.next);
}

std::string tag_text(const use::Tagged& tagged, Run run) {
    std::string text = std::string(run == Run::dry ? "would tag " : "tagged ") + tagged.commit.substr(0, 12) + " as " +
                       printable(tagged.name) + ":\n";
    for (const std::string_view line : split(trimmed(tagged.message), '\n'))
        text += line.empty() ? "\n" : "  " + printable(line, 10'000) + "\n";
    if (run == Run::dry) return text + "nothing was changed\n";
    return text + commands_text(tagged.next);
}

} // namespace codemate::cli::release
