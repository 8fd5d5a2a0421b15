#include "cli/commands/json_parts.hpp"
#include "cli/commands/pull/direct.hpp"
#include "cli/commands/standing.hpp"

#include "codemate/model/mirror.hpp"
#include "codemate/ui/message.hpp"

namespace codemate::cli::pull {
namespace {

namespace use = lifecycle::direct;
using json::Value;

Value missing_json(const use::Step& step) {
    Value layers = Value::array();
    for (const Layer& layer : step.missing) {
        Value object = Value::object();
        object.set("role", role_word(layer.role)).set("digest", layer.digest.text()).set("size", layer.size.count());
        object.set("from", step.places.empty() ? Value() : Value(shown_name(step.places.front())));
        layers.add(std::move(object));
    }
    return layers;
}

Value step_json(const use::Step& step) {
    Value object = Value::object();
    object.set("name", step.name.display()).set("source", step.source.display());
    object.set("plain_http", step.plain_http).set("declared", step.declared);
    object.set("do", use::to_string(step.what)).set("pin", digest_json(step.pin));
    object.set("reason", step.reason).set("previous_digest", digest_json(step.before));
    if (step.standing) object.set("upstream", standing_json(*step.standing));
    if (step.wants_consent) object.set("wants_consent", true);
    if (step.image) object.set("missing", missing_json(step)).set("to_fetch", step.to_fetch().count());
    return object;
}

Value item_json(const use::Item& item) {
    Value object = step_json(item.step);
    object.set("outcome", use::to_string(item.outcome));
    const auto& image = item.step.image;
    object.set("digest", digest_json(image ? std::optional(image->digest) : std::nullopt));
    object.set("size", image ? image->size().count() : 0).set("fetched", item.fetched.count());
    if (item.in_vain > ByteCount()) object.set("in_vain", item.in_vain.count());
    object.set("resumed", item.resumed.count()).set("duration_s", in_seconds(item.took));
    object.set("locked_now", item.locked_now);
    if (!item.damaged.empty()) {
        Value digests = Value::array();
        for (const Digest& digest : item.damaged)
            digests.add(digest.text());
        object.set("replaced", std::move(digests));
    }
    if (item.error) object.set("error", ui::error_json(*item.error));
    return object;
}

Value frame(const std::filesystem::path& models, const std::string& from, int status, Wiring& wiring) {
    Value document = ui::envelope("pull", 1, status);
    document.set("models_directory", models.string());
    if (!from.empty()) document.set("from", from);
    return document.set("manifest", manifest_json(wiring.manifest().origin));
}

} // namespace

Value document(const use::Plan& plan, const std::filesystem::path& models, const std::optional<Error>& refused,
               int status, Wiring& wiring) {
    Value steps = Value::array();
    for (const use::Step& step : plan.steps)
        steps.add(step_json(step));
    Value room = Value::object();
    room.set("to_fetch", plan.to_fetch.count()).set("at_most", false);
    room.set("to_write", plan.to_write.count()).set("models_of_unknown_size", 0);
    if (plan.space)
        room.set(
            "disk",
            Value::object().set("path", models.string()).set("free", plan.space->free.count()).set("proven", true));
    Value document = frame(models, plan.from, status, wiring);
    document.set("room", std::move(room));
    if (refused) document.set("error", ui::error_json(*refused));
    return document.set("dry_run", !refused).set("models", std::move(steps));
}

Value document(const use::Report& report, const std::filesystem::path& models, int status, Wiring& wiring) {
    Value items = Value::array();
    ByteCount fetched;
    for (const use::Item& item : report.items) {
        items.add(item_json(item));
        fetched += item.fetched;
    }
    Value document = frame(models, report.from, status, wiring);
    document.set("dry_run", false).set("interrupted", report.interrupted);
    return document.set("models", std::move(items))
        .set("fetched", fetched.count())
        .set("duration_s", in_seconds(report.took));
}

} // namespace codemate::cli::pull
