#include "cli/commands/json_parts.hpp"
#include "cli/commands/prune/render.hpp"
#include "cli/wiring.hpp"

#include "codemate/ui/message.hpp"

namespace codemate::cli::prune {
namespace {

namespace use = lifecycle::prune;
using Do = use::Step::Do;
using json::Value;

std::string_view word(rules::Measure measure) {
    switch (measure) {
    case rules::Measure::blocks:
        return "blocks";
    case rules::Measure::layers:
        return "layers";
    case rules::Measure::at_most:
        break;
    }
    return "at_most";
}

Value way_back_json(const use::Step& step) {
    const std::string back = step.back();
    return Value::object()
        .set("command", back.empty() ? Value() : Value(back))
        .set("missing", step.way_back->missing.empty() ? Value() : Value(step.way_back->missing));
}

Value step_json(const use::Step& step) {
    Value object = Value::object();
    object.set("name", step.model.name.display()).set("do", use::to_string(step.what));
    object.set("digest", digest_json(step.model.digest)).set("size", step.model.size.count());
    if (step.what == Do::remove) object.set("frees", step.frees.count());
    object.set("named", step.named).set("reason", step.reason);
    object.set("kept_by", reasons_json(step.kept_by));
    if (step.what == Do::remove && step.way_back) object.set("way_back", way_back_json(step));
    return object;
}

Value leftover_json(const use::Leftover& leftover) {
    return Value::object()
        .set("what", use::to_string(leftover.what))
        .set("paths", strings(leftover.paths))
        .set("bytes", leftover.on_disk.count())
        .set("modified", to_rfc3339(leftover.modified));
}

Value frame(const Asked& asked, const use::Plan& plan, int status, Wiring& wiring) {
    Value document = ui::envelope(asked.command, 1, status);
    document.set("server",
                 Value::object().set("url", wiring.endpoint().text()).set("version", wiring.server_version()));
    document.set("manifest", manifest_json(wiring.manifest().origin)).set("dry_run", asked.dry_run);
    document.set("measure", word(plan.measure)).set("would_free", plan.frees_in_all().count());
    if (plan.shortfall) document.set("shortfall", plan.shortfall->count());
    return document;
}

Value kept_leftovers(const use::Plan& plan) {
    return strings(plan.leftovers.kept);
}

} // namespace

Value document(const Asked& asked, const use::Plan& plan, const std::optional<Error>& refusal, int status,
               Wiring& wiring) {
    Value document = frame(asked, plan, status, wiring);
    if (refusal) document.set("error", ui::error_json(*refusal));
    Value models = Value::array();
    for (const use::Step& step : plan.steps) {
        Value object = step_json(step);
        if (step.obstacle) object.set("error", ui::error_json(*step.obstacle));
        models.add(std::move(object));
    }
    Value leftovers = Value::array();
    for (const use::Leftover& leftover : plan.leftovers.going)
        leftovers.add(leftover_json(leftover));
    return document.set("models", std::move(models))
        .set("leftovers", std::move(leftovers))
        .set("leftovers_kept", kept_leftovers(plan));
}

Value document(const Asked& asked, const use::Plan& plan, const use::Report& report, const Recovered& recovered,
               int status, Wiring& wiring) {
    Value document = frame(asked, plan, status, wiring);
    document.set("interrupted", report.interrupted);
    if (!recovered.empty()) document.set("recovered", recovered_json(recovered));
    Value models = Value::array();
    auto item = report.items.begin();
    for (const use::Step& step : plan.steps) {
        Value object = step_json(step);
        if (step.what == Do::remove) {
            object.set("outcome", use::to_string(item->outcome));
            if (item->error) object.set("error", ui::error_json(*item->error));
            ++item;
        } else if (step.obstacle) {
            object.set("error", ui::error_json(*step.obstacle));
        }
        models.add(std::move(object));
    }
    Value leftovers = Value::array();
    for (const use::Swept& each : report.swept) {
        Value object = leftover_json(each.leftover);
        object.set("removed", each.removed);
        if (each.error) object.set("error", ui::error_json(*each.error));
        leftovers.add(std::move(object));
    }
    document.set("models", std::move(models)).set("leftovers", std::move(leftovers));
    return document.set("leftovers_kept", kept_leftovers(plan))
        .set("freed", report.freed ? Value(report.freed->count()) : Value());
}

} // namespace codemate::cli::prune
