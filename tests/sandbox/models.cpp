#include "sandbox/go_json.hpp"
#include "sandbox/handlers.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <set>

// What is installed: tags, show, copy, delete.
namespace codemate::sandbox {
namespace {

json::Value decode_blob(const Store& store, const std::string& digest) {
    try {
        return go::decode(store.read_blob(digest));
    } catch (const go::JsonError& error) {
        throw StoreError{error.text};
    }
}

void add_once(std::vector<std::string>& list, const std::string& word) {
    if (std::ranges::find(list, word) == list.end()) list.push_back(word);
}

// From the header, then from the template's variables.
void find_capabilities(Model& model) {
    if (model.file) {
        const auto& file = *model.file;
        add_once(model.capabilities, file.architecture_value("pooling_type") != nullptr ? "embedding" : "completion");
        if (file.architecture_value("vision.block_count") != nullptr) add_once(model.capabilities, "vision");
    }
    if (const auto* listed = model.config.find("capabilities"))
        for (const auto& each : listed->elements())
            if (each.string() != nullptr) add_once(model.capabilities, *each.string());
    if (model.template_text.find(".Tools") != std::string::npos) add_once(model.capabilities, "tools");
    if (model.template_text.find(".Suffix") != std::string::npos) add_once(model.capabilities, "insert");
    if (model.manifest.layer("projector") != nullptr) add_once(model.capabilities, "vision");
}

void read_header(Model& model) {
    try {
        model.file = gguf::read(model.weights);
    } catch (const std::runtime_error&) { // as with a damaged file: less is known of the model
        model.file = std::nullopt;
    }
}

} // namespace

std::string Model::config_string(std::string_view key) const {
    const auto* found = config.find(key);
    return found != nullptr && found->string() != nullptr ? *found->string() : std::string();
}

Model list_model(const Store& store, const StoredManifest& manifest) {
    Model model;
    model.manifest = manifest;
    if (manifest.config && !manifest.config->digest.empty()) model.config = decode_blob(store, manifest.config->digest);
    for (const auto& layer : manifest.layers) {
        if (layer.media_type.ends_with(".image.model")) model.weights = store.blob_path(layer.digest);
        if (layer.media_type.ends_with(".image.template") || layer.media_type.ends_with(".image.prompt"))
            model.template_text = store.read_blob(layer.digest);
    }
    if (!model.weights.empty()) read_header(model);
    find_capabilities(model);
    return model;
}

Model load_model(const Store& store, const Name& name) {
    Model model = list_model(store, store.manifest(name));
    for (const auto& layer : model.manifest.layers) {
        const auto is = [&](std::string_view kind) {
            return layer.media_type.ends_with(".image." + std::string(kind));
        };
        if (is("system")) model.system = store.read_blob(layer.digest);
        if (is("params")) model.params = decode_blob(store, layer.digest);
        if (is("license")) model.license += (model.license.empty() ? "" : "\n") + store.read_blob(layer.digest);
    }
    return model;
}

json::Value details_of(const Model& model) {
    auto details = json::Value::object();
    const auto* weights = model.manifest.layer("model");
    details.set("parent_model", weights == nullptr ? "" : weights->from);
    details.set("format", model.config_string("model_format"));
    details.set("family", model.config_string("model_family"));
    const auto* families = model.config.find("model_families");
    details.set("families", families == nullptr ? json::Value() : *families);
    details.set("parameter_size", model.config_string("model_type"));
    details.set("quantization_level", model.config_string("file_type"));
    return details;
}

namespace {

json::Value list_of(const std::vector<std::string>& words) {
    auto list = json::Value::array();
    for (const auto& word : words)
        list.add(word);
    return list;
}

bool is_unknown(const json::Value& details) {
    const auto* level = details.find("quantization_level");
    return level == nullptr || level->string() == nullptr || level->string()->empty() || *level->string() == "unknown";
}

void add_header_facts(const gguf::File& file, json::Value& details) {
    for (const auto* key : {"context_length", "embedding_length"})
        if (const auto* value = file.architecture_value(key)) details.set(key, *value);
    const auto type = file.values.find("general.file_type");
    if (is_unknown(details) && type != file.values.end())
        details.set("quantization_level", gguf::file_type_name(type->second.unsigned_integer().value_or(999)));
}

json::Value listed(const Model& model) {
    auto entry = json::Value::object();
    entry.set("name", model.manifest.name.display());
    entry.set("model", model.manifest.name.display());
    entry.set("modified_at", time_text(model.manifest.modified));
    entry.set("size", model.manifest.size());
    entry.set("digest", model.manifest.digest);
    auto details = details_of(model);
    if (model.file) add_header_facts(*model.file, details);
    entry.set("details", details);
    if (!model.capabilities.empty()) entry.set("capabilities", list_of(model.capabilities));
    return entry;
}

// Newest first by whole seconds. Equal ones come in whatever order: never the same one for long.
void order_as_server(std::vector<StoredManifest>& manifests) {
    std::shuffle(manifests.begin(), manifests.end(), std::mt19937(std::random_device()()));
    const auto second = [](const StoredManifest& each) {
        return std::chrono::floor<std::chrono::seconds>(each.modified);
    };
    std::ranges::stable_sort(manifests, std::ranges::greater(), second);
}

} // namespace

void refresh_listed(World& world, const Name& name) {
    world.listed.forget(name.full());
    try {
        const auto manifest = world.store.manifest(name);
        world.listed.get(name.full(), manifest.digest, [&] { return listed(list_model(world.store, manifest)); });
    } catch (const StoreError&) { // not listed then
    }
}

Reply handle_tags(World& world, const Request&) {
    auto manifests = world.store.manifests();
    order_as_server(manifests);
    std::set<std::string> names;
    for (const auto& manifest : manifests)
        names.insert(manifest.name.full());
    world.listed.keep_only(names);
    auto models = json::Value::array();
    for (const auto& manifest : manifests) {
        try {
            models.add(world.listed.get(manifest.name.full(), manifest.digest,
                                        [&] { return listed(list_model(world.store, manifest)); }));
        } catch (const StoreError&) { // without its configuration a model is not listed
            world.listed.forget(manifest.name.full());
        }
    }
    auto value = json::Value::object();
    value.set("models", models);
    return json_reply(200, value);
}

namespace {

std::string go_value(const json::Value& value) {
    return value.string() != nullptr ? go::quoted(*value.string()) : go::encode(value);
}

// fn(key, value) for each parameter; a list is one parameter a value.
template<typename Function>
void for_each_parameter(const json::Value& params, Function&& function) {
    for (const auto& member : params.members()) {
        if (!member.value.is_array()) function(member.key, member.value);
        for (const auto& value : member.value.elements())
            function(member.key, value);
    }
}

std::string parameters_text(const Model& model) {
    std::string text;
    for_each_parameter(model.params, [&](const std::string& key, const json::Value& value) {
        if (!text.empty()) text += '\n';
        text += key + std::string(key.size() < 30 ? 30 - key.size() : 0, ' ') + " " + go_value(value);
    });
    return text;
}

std::string modelfile_word(const std::string& text) {
    if (text.find('\n') == std::string::npos && !text.starts_with(' ') && !text.ends_with(' ')) return text;
    const std::string mark = text.find('"') == std::string::npos ? "\"" : "\"\"\"";
    return mark + text + mark;
}

std::string modelfile_text(const Model& model) {
    std::string text = "# Modelfile generated by \"ollama show\"\n"
                       "# To build a new Modelfile based on this, replace FROM with:\n# FROM " +
                       model.manifest.name.display() + "\n\nFROM " + model.weights.string() + "\n";
    text += "TEMPLATE " + modelfile_word(model.template_text) + "\n";
    if (!model.system.empty()) text += "SYSTEM " + modelfile_word(model.system) + "\n";
    for_each_parameter(model.params, [&](const std::string& key, const json::Value& value) {
        text += "PARAMETER " + key + " " +
                modelfile_word(value.string() != nullptr ? *value.string() : go::encode(value)) + "\n";
    });
    if (!model.license.empty()) text += "LICENSE " + modelfile_word(model.license) + "\n";
    return text;
}

enum class Arrays { hidden, shown };

json::Value model_info(const gguf::File& file, Arrays arrays) {
    auto info = json::Value::object();
    for (const auto& [key, value] : file.values) {
        if (key == "general.name" || key == "tokenizer.chat_template") continue;
        info.set(key,
                 value.is_array() && !value.elements().empty() && arrays == Arrays::hidden ? json::Value() : value);
    }
    return info;
}

json::Value tensor_list(const gguf::File& file) {
    auto list = json::Value::array();
    for (const auto& tensor : file.tensors) {
        auto shape = json::Value::array();
        for (const auto side : tensor.shape)
            shape.add(side);
        auto entry = json::Value::object();
        entry.set("name", tensor.name);
        entry.set("type", tensor.type);
        entry.set("shape", shape);
        list.add(entry);
    }
    return list;
}

json::Value shown(const Model& model, Arrays arrays) {
    const auto file = gguf::read(model.weights); // what was silently missing in a list is an error here
    auto value = json::Value::object();
    const auto set_text = [&](std::string_view key, const std::string& text) {
        if (!text.empty()) value.set(key, text);
    };
    set_text("license", model.license);
    set_text("modelfile", modelfile_text(model));
    set_text("parameters", parameters_text(model));
    set_text("template", model.template_text);
    set_text("system", model.system);
    value.set("details", details_of(model));
    value.set("model_info", model_info(file, arrays));
    value.set("tensors", tensor_list(file));
    if (!model.capabilities.empty()) value.set("capabilities", list_of(model.capabilities));
    value.set("modified_at", time_text(model.manifest.modified));
    return value;
}

// A container has another file system: what the server tells of its directory is not on this machine.
json::Value as_told(json::Value shown, World& world, const Name& name) {
    if (!world.faults.strike("container", {"/api/show", name})) return shown;
    const json::Value* told = shown.find("modelfile");
    if (told == nullptr || told->string() == nullptr) return shown;
    std::string text = *told->string();
    const std::string own = world.store.root().string();
    for (std::size_t at = 0; (at = text.find(own, at)) != std::string::npos;)
        text.replace(at, own.size(), "/root/.ollama/models-in-container");
    shown.set("modelfile", std::move(text));
    return shown;
}

Name folded_or_refused(World& world, const Name& name) {
    try {
        return folded(name, world.store.names());
    } catch (const StoreError& error) {
        throw Refusal{400, error.text};
    }
}

Name parsed_reference(const std::string& text) {
    const auto reference = Reference::parse(text);
    if (reference.problem == Reference::Problem::missing) throw Refusal{400, "model is required"};
    if (reference.problem == Reference::Problem::conflicting)
        throw Refusal{400, "use either :local or :cloud, not both: " + go::quoted(reference.trimmed)};
    const auto name = Name::parse(reference.base);
    if (!name) throw Refusal{400, "invalid model name"};
    if (reference.source == Reference::Source::cloud)
        throw Refusal{403, "ollama cloud is disabled: remote model details are unavailable"};
    return *name;
}

} // namespace

Reply handle_show(World& world, const Request& request) {
    using go::Type;
    constexpr std::array fields{go::Field{"model", Type::string},     go::Field{"system", Type::string},
                                go::Field{"template", Type::string},  go::Field{"verbose", Type::boolean},
                                go::Field{"options", Type::anything}, go::Field{"name", Type::string}};
    const go::Body body(request.body, "ShowRequest", fields);
    const auto asked = body.string("model").empty() ? body.string("name") : body.string("model");
    const auto name = folded_or_refused(world, parsed_reference(asked));
    const auto arrays = body.boolean("verbose").value_or(false) ? Arrays::shown : Arrays::hidden;
    const auto system = body.string("system");
    const auto make = [&] {
        auto model = load_model(world.store, name);
        if (!system.empty()) model.system = system;
        return shown(model, arrays);
    };
    try {
        if (!system.empty()) return json_reply(200, as_told(make(), world, name));
        const std::string key = name.full() + (arrays == Arrays::shown ? " verbose" : "");
        return json_reply(200, as_told(world.shown.get(key, world.store.manifest(name).digest, make), world, name));
    } catch (const StoreError& error) {
        if (!error.missing) throw;
        return error_reply(404, "model '" + name.display() + "' not found");
    } catch (const std::runtime_error& error) {
        return error_reply(500, error.what());
    }
}

Reply handle_copy(World& world, const Request& request) {
    constexpr std::array fields{go::Field{"source", go::Type::string}, go::Field{"destination", go::Type::string}};
    const go::Body body(request.body, "CopyRequest", fields);
    const auto named = [&](const std::string& key) {
        const auto name = Name::parse(body.string(key));
        if (!name) throw Refusal{400, key + " " + go::quoted(body.string(key)) + " is invalid"};
        return folded_or_refused(world, *name);
    };
    const auto source = named("source"), destination = named("destination");
    try {
        world.store.copy_manifest(source, destination);
    } catch (const StoreError& error) {
        if (!error.missing) throw;
        throw Refusal{404, "model " + go::quoted(body.string("source")) + " not found"};
    }
    refresh_listed(world, destination);
    return empty_reply(200);
}

Reply handle_delete(World& world, const Request& request) {
    constexpr std::array fields{go::Field{"model", go::Type::string}, go::Field{"name", go::Type::string}};
    const go::Body body(request.body, "DeleteRequest", fields);
    const auto asked = body.string("model").empty() ? body.string("name") : body.string("model");
    const auto reference = Reference::parse(asked);
    if (reference.problem == Reference::Problem::missing) throw Refusal{400, "model is required"};
    if (reference.problem == Reference::Problem::conflicting)
        throw Refusal{400, "use either :local or :cloud, not both: " + go::quoted(reference.trimmed)};
    const auto name = Name::parse(reference.pull_name());
    if (!name) throw Refusal{400, "name " + go::quoted(asked) + " is invalid"};
    try {
        world.store.remove(world.store.manifest(folded(*name, world.store.names())));
    } catch (const StoreError& error) {
        if (!error.missing) throw;
        throw Refusal{404, "model '" + asked + "' not found"};
    }
    return empty_reply(200);
}

} // namespace codemate::sandbox
