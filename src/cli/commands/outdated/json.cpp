#include "cli/commands/json_parts.hpp"
#include "cli/commands/outdated/render.hpp"

#include "codemate/ui/message.hpp"

namespace codemate::cli::outdated {
namespace {

namespace use = lifecycle::outdated;
using json::Value;

std::string_view word(LayerRole role) {
    switch (role) {
    case LayerRole::weights:
        return "weights";
    case LayerRole::projector:
        return "projector";
    case LayerRole::adapter:
        return "adapter";
    case LayerRole::draft:
        return "draft";
    case LayerRole::template_text:
        return "template";
    case LayerRole::system:
        return "system";
    case LayerRole::parameters:
        return "parameters";
    case LayerRole::messages:
        return "messages";
    case LayerRole::license:
        return "license";
    case LayerRole::tensor:
        return "tensor";
    case LayerRole::configuration:
        return "configuration";
    case LayerRole::other:
        break;
    }
    return "other";
}

std::string_view word(ImageDiff::Change change) {
    switch (change) {
    case ImageDiff::Change::changed:
        return "changed";
    case ImageDiff::Change::added:
        return "added";
    case ImageDiff::Change::removed:
        return "removed";
    case ImageDiff::Change::same:
        break;
    }
    return "same";
}

Value digest_json(const std::optional<Digest>& digest) {
    return digest ? Value(digest->text()) : Value();
}

Value layers_json(const std::vector<Layer>& layers) {
    Value array = Value::array();
    for (const Layer& layer : layers)
        array.add(Value::object()
                      .set("digest", layer.digest.text())
                      .set("size", layer.size.count())
                      .set("media_type", layer.media_type));
    return array;
}

Value field_json(const std::string& before, const std::string& after) {
    Value object = Value::object();
    if (!before.empty()) object.set("before", before);
    if (!after.empty()) object.set("after", after);
    return object;
}

Value diff_json(const use::Row& row) {
    const ImageDiff& diff = *row.diff;
    Value layers = Value::array();
    for (const ImageDiff::Entry& entry : diff.entries) {
        layers.add(Value::object()
                       .set("role", word(entry.role))
                       .set("change", word(entry.change))
                       .set("before", layers_json(entry.before))
                       .set("after", layers_json(entry.after)));
    }
    Value object = Value::object();
    object.set("all_layers_known", row.all_layers_known).set("layers", std::move(layers));
    object.set("license_changed", diff.license_changed());
    object.set("quantization", field_json(diff.quantization.before, diff.quantization.after));
    object.set("parameter_size", field_json(diff.parameter_size.before, diff.parameter_size.after));
    object.set("family", field_json(diff.family.before, diff.family.after));
    return object.set("size",
                      Value::object().set("before", diff.size_before.count()).set("after", diff.size_after.count()));
}

Value texts_json(const use::Row& row) {
    Value array = Value::array();
    for (const use::TextDiff& diff : row.texts)
        array.add(Value::object().set("role", word(diff.role)).set("diff", strings(diff.lines)));
    return array;
}

Value row_json(const use::Row& row) {
    Value object = Value::object();
    object.set("name", row.name.display()).set("source", row.source.display());
    object.set("state", use::to_string(row.state)).set("reason", row.reason);
    object.set("against", use::to_string(row.against)).set("digest", digest_json(row.before));
    object.set("upstream_digest", digest_json(row.after));
    if (row.to_fetch) object.set("to_fetch", row.to_fetch->count());
    if (row.diff) object.set("changes", diff_json(row));
    if (!row.texts.empty()) object.set("texts", texts_json(row));
    if (row.error) object.set("error", ui::error_json(*row.error));
    return object;
}

} // namespace

Value document(const use::Report& report, int status, Wiring& wiring) {
    Value document = ui::envelope("outdated", 1, status);
    document.set("server", Value::object().set("url", wiring.endpoint().text()));
    document.set("manifest", manifest_json(wiring.manifest().origin));
    Value models = Value::array();
    for (const use::Row& row : report.rows)
        models.add(row_json(row));
    return document.set("models", std::move(models)).set("outdated", report.count(use::State::outdated));
}

} // namespace codemate::cli::outdated
