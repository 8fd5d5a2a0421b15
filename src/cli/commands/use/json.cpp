#include "cli/commands/json_parts.hpp"
#include "cli/commands/rebuild.hpp"
#include "cli/commands/use/render.hpp"
#include "cli/exit_status.hpp"

#include "codemate/ui/message.hpp"

namespace codemate::cli::use {
namespace {

json::Value names(const std::vector<ModelName>& models) {
    json::Value array = json::Value::array();
    for (const ModelName& name : models)
        array.add(name.display());
    return array;
}

} // namespace

json::Value document(const lifecycle::use::Plan& plan, const std::vector<Mentioned>& mentioned,
                     const manifest::Origin& origin, Run run) {
    json::Value document = ui::envelope("use", 1, done);
    document.set("manifest", manifest_json(origin)).set("dry_run", run == Run::dry).set("role", plan.role);
    document.set("before", plan.before ? json::Value(plan.before->display()) : json::Value());
    document.set("after", plan.after.display()).set("changed", plan.changes() && run == Run::real);
    document.set("newly_required", names(plan.newly_required)).set("no_more_required", names(plan.no_more_required));
    json::Value consequences = json::Value::array();
    for (const lifecycle::use::Consequence& each : plan.consequences) {
        consequences.add(json::Value::object()
                             .set("what", lifecycle::use::to_string(each.what))
                             .set("text", each.text)
                             .set("bad", each.bad));
    }
    document.set("consequences", std::move(consequences));
    json::Value references = json::Value::array();
    for (const Mentioned& each : mentioned)
        references.add(json::Value::object().set("file", each.file).set("line", each.line).set("text", each.text));
    document.set("references", std::move(references));
    return document.set("rebuild", rebuild_json(plan.rebuild));
}

} // namespace codemate::cli::use
