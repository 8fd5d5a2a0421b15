#include "cli/commands/json_parts.hpp"
#include "cli/commands/list/render.hpp"
#include "cli/exit_status.hpp"

#include "codemate/ui/message.hpp"

namespace codemate::cli::list {
namespace {

namespace use = lifecycle::list;
using json::Value;

void set_if(Value& object, std::string_view key, const std::string& text) {
    if (!text.empty()) object.set(key, text);
}

Value details(const ollama::Installed& model) {
    Value object = Value::object();
    set_if(object, "format", model.format);
    set_if(object, "family", model.family);
    set_if(object, "parameter_size", model.parameter_size);
    set_if(object, "quantization", model.quantization);
    if (model.context_length > 0) object.set("context_length", model.context_length);
    if (!model.capabilities.empty()) object.set("capabilities", strings(model.capabilities));
    return object;
}

Value stated(const manifest::Stated& figures) {
    Value object = Value::object();
    set_if(object, "size", figures.size);
    set_if(object, "quantization", figures.quantization);
    if (figures.context) object.set("context", *figures.context);
    return object;
}

std::string_view word(use::Which which) {
    switch (which) {
    case use::Which::available:
        return "available";
    case use::Which::unused:
        return "unused";
    case use::Which::installed:
        break;
    }
    return "installed";
}

Value row_json(const use::Row& row, use::Which which) {
    Value object = Value::object();
    object.set("name", row.name.display()).set("installed", row.installed.has_value());
    if (row.installed) {
        const ollama::Installed& model = *row.installed;
        object.set("digest", model.digest ? Value(model.digest->text()) : Value());
        object.set("size", model.size.count()).set("modified", to_rfc3339(model.modified)).set("cloud", model.cloud());
        set_if(object, "remote_model", model.remote_model);
        set_if(object, "remote_host", model.remote_host);
        object.set("details", details(model));
    }
    object.set("roles", strings(row.roles)).set("groups", strings(row.groups)).set("protected", row.is_protected);
    object.set("declared", row.declared != nullptr);
    if (row.declared != nullptr) object.set("stated", stated(row.declared->about.stated));
    if (which == use::Which::unused) object.set("kept_by", reasons_json(row.kept_by));
    return object;
}

} // namespace

Value document(const use::Report& report, const use::Options& options, const manifest::Manifest& manifest,
               const http::Url& server) {
    Value document = ui::envelope("list", 1, done);
    document.set("server", Value::object().set("url", server.text())).set("manifest", manifest_json(manifest.origin));
    document.set("which", word(options.which));
    if (options.which == use::Which::unused) document.set("loaded_known", report.loaded_is_known);
    Value models = Value::array();
    for (const use::Row& row : report.rows)
        models.add(row_json(row, options.which));
    return document.set("models", std::move(models)).set("size", report.size.count()).set("hidden", report.hidden);
}

} // namespace codemate::cli::list
