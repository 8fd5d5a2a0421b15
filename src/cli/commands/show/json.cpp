#include "cli/commands/json_parts.hpp"
#include "cli/commands/show/render.hpp"
#include "cli/commands/standing.hpp"
#include "cli/exit_status.hpp"

#include "codemate/ui/message.hpp"

namespace codemate::cli::show {
namespace {

namespace use = lifecycle::show;
using json::Value;

Value tokens_json(const std::optional<std::uint64_t>& tokens) {
    return tokens ? Value(*tokens) : Value();
}

void set_if(Value& object, std::string_view key, const std::string& text) {
    if (!text.empty()) object.set(key, text);
}

Value details_json(const ollama::Installed& model) {
    Value object = Value::object();
    set_if(object, "format", model.format);
    set_if(object, "family", model.family);
    set_if(object, "parameter_size", model.parameter_size);
    set_if(object, "quantization", model.quantization);
    return object;
}

void set_installed(Value& object, const use::Report& report) {
    const ollama::Installed& model = *report.installed;
    object.set("digest", digest_json(model.digest)).set("size", model.size.count());
    object.set("unique", report.on_disk ? Value(report.on_disk->alone.count()) : Value());
    object.set("shared", report.on_disk ? Value(report.on_disk->shared.count()) : Value());
    object.set("modified", to_rfc3339(model.modified)).set("cloud", model.cloud());
    set_if(object, "remote_model", model.remote_model);
    set_if(object, "remote_host", model.remote_host);
    object.set("details", details_json(model)).set("capabilities", strings(model.capabilities));
}

std::string_view word(store::Flaw::What flaw) {
    switch (flaw) {
    case store::Flaw::What::wrong_size:
        return "wrong_size";
    case store::Flaw::What::no_file:
        return "no_file";
    case store::Flaw::What::missing:
        break;
    }
    return "missing";
}

Value layer_json(const use::LayerRow& row) {
    Value sharers;
    if (row.shared_with) {
        sharers = Value::array();
        for (const ModelName& name : *row.shared_with)
            sharers.add(name.display());
    }
    Value object = Value::object();
    object.set("role", role_word(row.layer.role)).set("digest", row.layer.digest.text());
    object.set("size", row.layer.size.count()).set("media_type", row.layer.media_type);
    object.set("shared_with", std::move(sharers));
    if (row.flaw) object.set("flaw", word(*row.flaw));
    return object;
}

Value layers_json(const use::Report& report) {
    if (!report.layers) return {};
    Value array = Value::array();
    for (const use::LayerRow& row : *report.layers)
        array.add(layer_json(row));
    return array;
}

Value running_json(const ollama::Running& running) {
    return Value::object()
        .set("name", running.name.display())
        .set("size", running.size.count())
        .set("size_vram", running.size_vram.count())
        .set("context", running.context_length)
        .set("expires", running.expires ? Value(to_rfc3339(*running.expires)) : Value());
}

Value memory_json(const rules::MemoryEstimate& estimate) {
    return Value::object()
        .set("context", estimate.context)
        .set("total", estimate.sum().count())
        .set("weights", estimate.weights.count())
        .set("cache", estimate.cache.count())
        .set("cache_per_token", estimate.per_token.count())
        .set("upper_bound", estimate.is_upper_bound);
}

Value patterns_json(const std::vector<NamePattern>& patterns) {
    Value array = Value::array();
    for (const NamePattern& pattern : patterns)
        array.add(pattern.text());
    return array;
}

Value model_json(const use::Report& report) {
    Value object = Value::object();
    object.set("name", report.name.display()).set("installed", report.installed.has_value());
    if (report.installed) set_installed(object, report);
    if (report.unreadable) object.set("unreadable", ui::error_json(*report.unreadable));
    object.set("context", Value::object()
                              .set("declared", tokens_json(report.contexts.declared))
                              .set("supported", tokens_json(report.contexts.supported))
                              .set("served", tokens_json(report.contexts.served)));
    object.set("declared", report.is_declared)
        .set("roles", strings(report.roles))
        .set("groups", strings(report.groups));
    object.set("protected_by", patterns_json(report.protected_by));
    object.set("drift", rules::to_string(report.drift)).set("locked_digest", digest_json(report.locked));
    object.set("upstream", standing_json(report.standing));
    object.set("layers", layers_json(report));
    object.set("loaded", report.running_is_known ? Value(report.running.has_value()) : Value());
    if (report.running) object.set("running", running_json(*report.running));
    object.set("memory_estimate", report.memory ? memory_json(*report.memory) : Value());
    return object.set("kept_by", reasons_json(report.kept_by));
}

} // namespace

Value document(const use::Report& report, Wiring& wiring) {
    Value document = ui::envelope("show", 1, done);
    document.set("server", Value::object().set("url", wiring.endpoint().text()));
    document.set("manifest", manifest_json(wiring.manifest().origin));
    return document.set("model", model_json(report));
}

} // namespace codemate::cli::show
