#include "cli/commands/export/render.hpp"
#include "cli/commands/json_parts.hpp"

#include "codemate/ui/message.hpp"

namespace codemate::cli::exporting {
namespace {

namespace use = lifecycle::exports;
using json::Value;

Value step_json(const use::Step& step) {
    Value object = Value::object();
    object.set("name", step.name.display()).set("place", step.place);
    object.set("digest", digest_json(step.image ? std::optional(step.image->digest) : std::nullopt));
    if (step.original) object.set("digest_here", step.original->text());
    if (step.replaced) object.set("replaced", step.replaced->text());
    object.set("content", use::to_string(step.why));
    object.set("size", step.image ? Value(step.image->size().count()) : Value());
    object.set("there", step.there().count());
    object.set("from_store", step.from_store().count()).set("from_registry", step.from_registry().count());
    return object;
}

Value item_json(const use::Item& item) {
    Value object = step_json(item.step);
    object.set("result", item.error                                                  ? "failed"
                         : !item.done                                                ? "not_exported"
                         : item.step.up_to_date && item.carried.moved == ByteCount() ? "unchanged"
                                                                                     : "exported");
    object.set("moved", item.carried.moved.count()).set("resumed", item.carried.resumed.count());
    object.set("mounted", std::uint64_t{item.mounted}).set("begun_anew", std::uint64_t{item.carried.begun_anew});
    if (item.kept > ByteCount()) object.set("kept", item.kept.count());
    if (item.error) object.set("error", ui::error_json(*item.error));
    return object;
}

Value beginning(const To& to, const std::optional<std::string>& store, int status, Wiring& wiring) {
    Value document = ui::envelope("export", 1, status);
    document.set("manifest", manifest_json(wiring.manifest().origin));
    document.set(to.form == To::Form::directory ? "directory" : "registry", to.shown);
    return document.set("store", store ? Value(*store) : Value());
}

} // namespace

Value document(const use::Plan& plan, const To& to, const std::optional<std::string>& store, int status,
               Wiring& wiring) {
    Value document = beginning(to, store, status, wiring);
    document.set("dry_run", true);
    Value models = Value::array();
    for (const use::Step& step : plan.steps) {
        Value object = step_json(step);
        object.set("result", step.obstacle ? "failed" : step.up_to_date ? "unchanged" : "planned");
        if (step.left_over() > ByteCount()) object.set("kept", step.left_over().count());
        if (step.obstacle) object.set("error", ui::error_json(*step.obstacle));
        models.add(std::move(object));
    }
    if (plan.refusal) document.set("error", ui::error_json(*plan.refusal));
    return document.set("models", std::move(models));
}

Value document(const use::Report& report, const To& to, const std::optional<std::string>& store, int status,
               Wiring& wiring) {
    Value document = beginning(to, store, status, wiring);
    document.set("dry_run", false);
    if (report.ending == use::Ending::interrupted) document.set("interrupted", true);
    Value models = Value::array();
    for (const use::Item& item : report.items)
        models.add(item_json(item));
    return document.set("models", std::move(models));
}

} // namespace codemate::cli::exporting
