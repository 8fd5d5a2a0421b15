#include "cli/commands/json_parts.hpp"
#include "cli/commands/pull/render.hpp"
#include "cli/commands/standing.hpp"

#include "codemate/model/mirror.hpp"
#include "codemate/ui/message.hpp"

namespace codemate::cli::pull {
namespace {

namespace use = lifecycle::pull;
using json::Value;

// What the server lacks of a locked content, and where each layer is to be had.
Value missing_json(const upstream::Supply& supply) {
    Value layers = Value::array();
    for (const Layer& layer : supply.missing) {
        const auto source = supply.sources.find(layer.digest);
        Value object = Value::object();
        object.set("role", role_word(layer.role)).set("digest", layer.digest.text()).set("size", layer.size.count());
        object.set("from", source == supply.sources.end() ? Value() : Value(shown_name(source->second.place)));
        layers.add(std::move(object));
    }
    return layers;
}

Value missing_json(const rules::Need& need, const ModelName& from) {
    Value layers = Value::array();
    for (const rules::MissingLayer& missing : need.missing) {
        Value object = Value::object();
        object.set("role", role_word(missing.layer.role)).set("digest", missing.layer.digest.text());
        object.set("size", missing.layer.size.count()).set("from", from.display());
        if (missing.unfinished.kept > ByteCount()) object.set("there", missing.unfinished.kept.count());
        layers.add(std::move(object));
    }
    return layers;
}

Value optional_bytes(const std::optional<ByteCount>& bytes) {
    return bytes ? Value(bytes->count()) : Value();
}

Value room_json(const use::Room& room) {
    Value object = Value::object();
    object.set("to_fetch", room.to_fetch.count()).set("at_most", room.at_most);
    object.set("to_write", room.to_write.count()).set("models_of_unknown_size", room.unknown);
    if (room.disk) {
        object.set("disk", Value::object()
                               .set("path", room.disk->path.string())
                               .set("free", room.disk->space.free.count())
                               .set("proven", room.disk->doubt.empty()));
    } else if (!room.disk_unknown.empty()) {
        object.set("disk_not_checked", room.disk_unknown);
    }
    if (room.budget) {
        object.set("budget", Value::object()
                                 .set("limit", room.budget->limit.count())
                                 .set("taken", room.budget->taken.count())
                                 .set("at_least", room.budget->at_least));
    }
    if (room.memory.main)
        object.set(
            "memory",
            Value::object().set("main", room.memory.main->count()).set("gpus", optional_bytes(room.memory.on_gpus())));
    return object;
}

Value step_json(const use::Step& step) {
    Value object = Value::object();
    object.set("name", step.name.display()).set("source", step.source.display());
    object.set("plain_http", step.transport == ollama::Transport::plain_http).set("declared", step.declared);
    object.set("do", use::to_string(step.what));
    object.set("pin", digest_json(step.pin ? std::optional(step.pin->digest) : std::nullopt));
    object.set("reason", step.reason).set("previous_digest", digest_json(step.before));
    if (step.standing) object.set("upstream", standing_json(*step.standing));
    if (step.wants_consent) object.set("wants_consent", true);
    if (step.need && !step.supply)
        object.set("missing", missing_json(*step.need, step.origin)).set("to_fetch", step.need->to_fetch.count());
    if (step.fit != rules::Fit::unknown) object.set("fit", rules::to_string(step.fit));
    if (step.supply) object.set("missing", missing_json(*step.supply)).set("to_fetch", step.supply->to_fetch().count());
    return object;
}

Value attempts_json(const std::vector<use::Attempt>& attempts) {
    Value list = Value::array();
    for (const use::Attempt& attempt : attempts) {
        list.add(Value::object()
                     .set("reason", attempt.reason)
                     .set("fetched", attempt.came.count())
                     .set("duration_s", in_seconds(attempt.took))
                     .set("waited_s", in_seconds(attempt.waited)));
    }
    return list;
}

Value item_json(const use::Item& item) {
    Value object = step_json(item.step);
    object.set("outcome", use::to_string(item.outcome)).set("digest", digest_json(item.digest));
    object.set("size", item.size.count()).set("fetched", item.fetched.count()).set("duration_s", in_seconds(item.took));
    object.set("locked_now", item.locked_now);
    if (!item.kept_as.empty()) {
        Value names = Value::array();
        for (const ModelName& name : item.kept_as)
            names.add(name.display());
        object.set("kept_as", std::move(names));
    }
    if (item.pace != use::Pace::none) object.set("pace", use::to_string(item.pace));
    if (!item.attempts.empty()) object.set("attempts", attempts_json(item.attempts));
    if (!item.attempts.empty() || item.pace == use::Pace::average) object.set("lost", item.lost.count());
    if (item.error) object.set("error", ui::error_json(*item.error));
    return object;
}

Value frame(int status, Wiring& wiring) {
    Value document = ui::envelope("pull", 1, status);
    document.set("server",
                 Value::object().set("url", wiring.endpoint().text()).set("version", wiring.server_version()));
    return document.set("manifest", manifest_json(wiring.manifest().origin));
}

} // namespace

Value document(const use::Plan& plan, const std::optional<Error>& refused, int status, Wiring& wiring) {
    Value steps = Value::array();
    for (const use::Step& step : plan.steps)
        steps.add(step_json(step).set("size_unknown", step.size_unknown.empty() ? Value() : Value(step.size_unknown)));
    Value document = frame(status, wiring);
    if (!plan.from.empty()) document.set("from", plan.from);
    if (plan.rate) document.set("limit_rate", plan.rate->count());
    document.set("room", room_json(plan.room));
    if (refused) document.set("error", ui::error_json(*refused));
    return document.set("dry_run", !refused).set("models", std::move(steps));
}

Value document(const use::Report& report, const Recovered& recovered, int status, Wiring& wiring) {
    Value items = Value::array();
    ByteCount fetched;
    for (const use::Item& item : report.items) {
        items.add(item_json(item));
        fetched += item.fetched;
    }
    Value document = frame(status, wiring);
    if (!report.from.empty()) document.set("from", report.from);
    if (report.rate) document.set("limit_rate", report.rate->count());
    document.set("dry_run", false).set("interrupted", report.ending == use::Ending::interrupted);
    if (!recovered.empty()) document.set("recovered", recovered_json(recovered));
    return document.set("models", std::move(items))
        .set("fetched", fetched.count())
        .set("duration_s", in_seconds(report.took));
}

} // namespace codemate::cli::pull
