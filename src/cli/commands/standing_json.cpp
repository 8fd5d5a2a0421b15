#include "cli/commands/json_parts.hpp"
#include "cli/commands/standing.hpp"

#include "codemate/ui/message.hpp"

namespace codemate::cli {
namespace {

using json::Value;

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

Value texts_json(const upstream::Standing& standing) {
    Value array = Value::array();
    for (const upstream::TextDiff& diff : standing.texts)
        array.add(Value::object().set("role", role_word(diff.role)).set("diff", strings(diff.lines)));
    return array;
}

} // namespace

std::string_view role_word(LayerRole role) {
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

Value image_diff_json(const ImageDiff& diff, bool all_layers_known) {
    Value layers = Value::array();
    for (const ImageDiff::Entry& entry : diff.entries) {
        layers.add(Value::object()
                       .set("role", role_word(entry.role))
                       .set("change", word(entry.change))
                       .set("before", layers_json(entry.before))
                       .set("after", layers_json(entry.after)));
    }
    Value object = Value::object();
    object.set("all_layers_known", all_layers_known).set("layers", std::move(layers));
    object.set("license_changed", diff.license_changed());
    object.set("quantization", field_json(diff.quantization.before, diff.quantization.after));
    object.set("parameter_size", field_json(diff.parameter_size.before, diff.parameter_size.after));
    object.set("family", field_json(diff.family.before, diff.family.after));
    return object.set("size",
                      Value::object().set("before", diff.size_before.count()).set("after", diff.size_after.count()));
}

Value standing_json(const upstream::Standing& standing) {
    Value object = Value::object();
    object.set("name", standing.name.display()).set("source", standing.source.display());
    object.set("state", upstream::to_string(standing.state)).set("reason", standing.reason);
    object.set("against", upstream::to_string(standing.against)).set("digest", digest_json(standing.before));
    object.set("upstream_digest", digest_json(standing.after));
    if (standing.to_fetch) object.set("to_fetch", standing.to_fetch->count());
    if (standing.diff) object.set("changes", image_diff_json(*standing.diff, standing.all_layers_known));
    if (!standing.texts.empty()) object.set("texts", texts_json(standing));
    if (standing.error) object.set("error", ui::error_json(*standing.error));
    return object;
}

} // namespace codemate::cli
