#include "cli/commands/init/render.hpp"
#include "cli/commands/json_parts.hpp"
#include "cli/exit_status.hpp"

#include "codemate/ui/message.hpp"

namespace codemate::cli::init {
namespace {

namespace use = lifecycle::init;
using json::Value;

std::string_view word(use::Plan::Do what) {
    switch (what) {
    case use::Plan::Do::create:
        return "create";
    case use::Plan::Do::extend:
        return "extend";
    case use::Plan::Do::replace:
        return "replace";
    case use::Plan::Do::nothing:
        break;
    }
    return "nothing";
}

std::string_view word(use::Source source) {
    switch (source) {
    case use::Source::installed:
        return "installed";
    case use::Source::built_in:
        return "builtin";
    case use::Source::file:
        break;
    }
    return "file";
}

} // namespace

Value document(const use::Plan& plan, const manifest::Origin& origin, Run run) {
    Value document = ui::envelope("init", 1, done);
    document.set("manifest", manifest_json(origin)).set("dry_run", run == Run::dry).set("action", word(plan.what));
    document.set("source", word(plan.source));
    Value added = Value::array();
    for (const ModelName& name : plan.added)
        added.add(name.display());
    Value left_out = Value::array();
    for (const use::LeftOut& item : plan.left_out)
        left_out.add(Value::object().set("what", item.what).set("why", item.why));
    document.set("added", std::move(added)).set("left_out", std::move(left_out));
    return document.set("declared", plan.declared).set("required", plan.required).set("text", plan.text);
}

} // namespace codemate::cli::init
