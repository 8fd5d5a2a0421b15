#include "cli/commands/json_parts.hpp"
#include "cli/commands/lock/render.hpp"
#include "cli/commands/standing.hpp"

#include "codemate/ui/message.hpp"

namespace codemate::cli::lock {
namespace {

namespace use = lifecycle::lock;
using json::Value;

Value entry_json(const std::optional<manifest::Locked>& entry) {
    if (!entry) return {};
    Value object = Value::object();
    object.set("digest", entry->digest.text()).set("source", entry->source.display()).set("size", entry->size.count());
    if (!entry->quantization.empty()) object.set("quantization", entry->quantization);
    return object.set("manifest_known", entry->bytes.has_value());
}

Value step_json(const use::Step& step) {
    Value object = Value::object();
    object.set("name", step.name.display()).set("result", to_string(step.what)).set("reason", step.reason);
    object.set("before", entry_json(step.before)).set("after", entry_json(step.entry));
    if (step.standing) object.set("upstream", standing_json(*step.standing));
    if (step.error) object.set("error", ui::error_json(*step.error));
    return object;
}

} // namespace

Value document(const use::Report& report, Mode mode, int status, Wiring& wiring) {
    Value document = ui::envelope("lock", 1, status);
    document.set("manifest", manifest_json(wiring.manifest().origin));
    document.set("lock", wiring.lock_file()->path().string()).set("dry_run", mode == Mode::dry_run);
    document.set("written", report.written);
    Value models = Value::array();
    for (const use::Step& step : report.steps)
        models.add(step_json(step));
    return document.set("models", std::move(models));
}

} // namespace codemate::cli::lock
