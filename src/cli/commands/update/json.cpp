#include "cli/commands/json_parts.hpp"
#include "cli/commands/standing.hpp"
#include "cli/commands/update/render.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/text.hpp"
#include "codemate/ui/message.hpp"

namespace codemate::cli::update {
namespace {

namespace use = lifecycle::update;
using json::Value;

Value digest_json(const std::optional<Digest>& digest) {
    return digest ? Value(digest->text()) : Value();
}

double seconds(Duration span) {
    return std::chrono::duration<double>(span).count();
}

Value step_json(const use::Step& step) {
    Value object = Value::object();
    object.set("name", step.name.display()).set("do", use::to_string(step.what)).set("reason", step.reason);
    object.set("before", digest_json(step.before)).set("after", digest_json(step.after));
    object.set("source", step.origin.display());
    if (step.to_fetch) object.set("to_fetch", step.to_fetch->count());
    if (step.by_server) object.set("by_server", true);
    if (step.holder) object.set("installed_as", step.holder->display());
    if (step.standing) object.set("upstream", standing_json(*step.standing));
    object.set("changes_lock", step.entry.has_value());
    return object;
}

Value check_json(const use::Check& check) {
    Value object = Value::object();
    object.set("check", use::to_string(check.what));
    if (!check.of.empty()) object.set("of", check.of);
    object.set("passed", check.passed).set("skipped", check.skipped).set("text", check.text);
    if (!check.output.empty()) object.set("output", check.output);
    return object.set("took_seconds", seconds(check.took));
}

Value item_json(const use::Item& item) {
    Value object = step_json(item.step);
    object.set("outcome", use::to_string(item.outcome)).set("digest", digest_json(item.digest));
    Value checks = Value::array();
    for (const use::Check& check : item.checks)
        checks.add(check_json(check));
    object.set("checks", std::move(checks)).set("lock_written", item.lock_written);
    if (item.kept_as) object.set("kept_as", item.kept_as->display());
    Value notes = Value::array();
    for (const std::string& note : item.notes)
        notes.add(note);
    object.set("notes", std::move(notes)).set("took_seconds", seconds(item.took));
    if (item.error) object.set("error", ui::error_json(*item.error));
    return object;
}

Value head(std::string_view verb, int status, bool dry_run, Wiring& wiring) {
    Value document = ui::envelope(verb, 1, status);
    document.set("manifest", manifest_json(wiring.manifest().origin));
    if (const auto lock = wiring.lock_file()) document.set("lock", lock->path().string());
    return document.set("dry_run", dry_run);
}

} // namespace

Value document(std::string_view verb, const use::Plan& plan, const std::optional<Error>& refusal, int status,
               Wiring& wiring) {
    Value document = head(verb, status, true, wiring);
    Value models = Value::array();
    for (const use::Step& step : plan.steps) {
        Value object = step_json(step);
        if (step.obstacle) object.set("error", ui::error_json(*step.obstacle));
        models.add(std::move(object));
    }
    document.set("to_fetch", plan.to_fetch().count()).set("models", std::move(models));
    if (refusal) document.set("error", ui::error_json(*refusal));
    return document;
}

Value document(std::string_view verb, const use::Report& report, const Recovered& recovered, int status,
               Wiring& wiring) {
    Value document = head(verb, status, false, wiring);
    Value models = Value::array();
    for (const use::Item& item : report.items)
        models.add(item_json(item));
    document.set("models", std::move(models)).set("recovered", recovered_json(recovered));
    if (report.interrupted) document.set("interrupted", true);
    return document;
}

} // namespace codemate::cli::update
