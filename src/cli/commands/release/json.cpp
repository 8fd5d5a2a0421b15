#include "cli/commands/json_parts.hpp"
#include "cli/commands/release/render.hpp"
#include "cli/commands/standing.hpp"
#include "cli/exit_status.hpp"

#include "codemate/ui/message.hpp"

namespace codemate::cli::release {
namespace {

namespace use = lifecycle::release;
using json::Value;
using manifest::Release;

Value name_json(const std::optional<ModelName>& name) {
    return name ? Value(name->display()) : Value();
}

Value release_json(const Release& release) {
    Value roles = Value::object();
    for (const auto& [role, model] : release.roles)
        roles.set(role, model.display());
    Value models = Value::array();
    for (const auto& [name, locked] : release.models) {
        Value model = Value::object().set("name", name.display()).set("digest", locked.digest.text());
        model.set("size", locked.size.count());
        if (!locked.quantization.empty()) model.set("quantization", locked.quantization);
        models.add(std::move(model));
    }
    Value object = Value::object();
    if (!release.version.empty()) object.set("version", release.version);
    if (!release.date.empty()) object.set("date", release.date);
    object.set("roles", std::move(roles)).set("models", std::move(models)).set("stated", !release.has_digests());
    return object.set("changes", release.changes).set("notes", release.notes);
}

Value comparison_json(const use::Comparison& comparison) {
    Value roles = Value::array();
    for (const use::RoleChange& change : comparison.roles)
        roles.add(Value::object()
                      .set("role", change.role)
                      .set("before", name_json(change.before))
                      .set("after", name_json(change.after)));
    Value models = Value::array();
    for (const use::ModelChange& change : comparison.models) {
        Value model = Value::object().set("name", change.name.display()).set("change", use::to_string(change.change));
        model.set("before", digest_json(change.before)).set("after", digest_json(change.after));
        if (change.diff) model.set("changes", image_diff_json(*change.diff, true));
        if (!change.reason.empty()) model.set("reason", change.reason);
        models.add(std::move(model));
    }
    Value object = Value::object().set("no_model_changes", comparison.no_model_changes());
    return object.set("roles", std::move(roles)).set("models", std::move(models));
}

Value beginning(std::string_view does, const manifest::Origin& origin) {
    Value document = ui::envelope("release", 1, done);
    return document.set("manifest", manifest_json(origin)).set("does", does);
}

void set_commands(Value& document, const use::Commands& commands) {
    document.set("next", strings(commands.lines));
    if (!commands.missing.empty()) document.set("missing", commands.missing);
}

} // namespace

Value list_json(const manifest::Releases& releases, const std::string& current, const manifest::Origin& origin) {
    Value all = Value::array();
    for (const Release& release : releases.releases)
        all.add(release_json(release).set("current", release.version == current));
    return beginning("list", origin).set("releases", std::move(all));
}

Value compare_json(const Release& before, const Release& after, const use::Comparison& comparison,
                   const manifest::Origin& origin) {
    Value document = beginning("compare", origin);
    document.set("before", release_json(before)).set("after", release_json(after));
    return document.set("comparison", comparison_json(comparison));
}

Value record_json(const Recorded& recorded, Run run, const manifest::Origin& origin) {
    Value document = beginning("record", origin);
    document.set("dry_run", run == Run::dry).set("release", release_json(recorded.plan.release));
    document.set("previous", recorded.plan.previous ? Value(*recorded.plan.previous) : Value());
    if (recorded.plan.since) document.set("comparison", comparison_json(*recorded.plan.since));
    document.set("changelog_line", recorded.plan.changelog_line);
    document.set("changelog_written", recorded.plan.changelog.has_value() && run == Run::real);
    document.set("written", strings(recorded.written));
    set_commands(document, recorded.next);
    return document;
}

Value tag_json(const Release& release, const use::Tagged& tagged, Run run, const manifest::Origin& origin) {
    Value document = beginning("tag", origin);
    document.set("dry_run", run == Run::dry).set("release", release_json(release)).set("tag", tagged.name);
    document.set("commit", tagged.commit).set("message", tagged.message);
    set_commands(document, tagged.next);
    return document;
}

} // namespace codemate::cli::release
