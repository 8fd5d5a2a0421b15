#include "sandbox/asking.hpp"

#include "sandbox/go_json.hpp"

#include <algorithm>

namespace codemate::sandbox {

namespace {

// The default of a machine without a large GPU, unless model or request say otherwise; never beyond what the model
// knows.
std::uint64_t context_of(const Model& model, const json::Value* options) {
    std::uint64_t context = 4096;
    for (const auto* from : {&model.params, options})
        context = integer_option(from, "num_ctx").value_or(context);
    const auto* limit = model.file ? model.file->architecture_value("context_length") : nullptr;
    return std::min(context, limit == nullptr ? context : limit->unsigned_integer().value_or(context));
}

// Weights, and two numbers of two bytes for each position, layer and dimension.
std::uint64_t memory_of(const Model& model, std::uint64_t weights, std::uint64_t context) {
    const auto number = [&](std::string_view key) {
        const auto* value = model.file->architecture_value(key);
        return value == nullptr ? 0 : value->unsigned_integer().value_or(0);
    };
    return weights + 4 * context * number("block_count") * number("embedding_length");
}

} // namespace

KeepAlive parse_keep_alive(const json::Value* value) {
    if (value == nullptr) return std::chrono::minutes(5);
    if (const auto* text = value->string()) {
        const auto time = go::parse_duration(*text);
        return time < 0 ? KeepAlive() : KeepAlive(std::chrono::nanoseconds(time));
    }
    const auto seconds = value->number();
    if (!seconds) {
        const auto* type = value->is_object()  ? "map[string]interface {}"
                           : value->is_array() ? "[]interface {}"
                                               : "bool";
        throw go::JsonError{std::string("Unsupported type: '") + type + "'"};
    }
    if (*seconds < 0) return std::nullopt;
    return std::chrono::nanoseconds(static_cast<std::int64_t>(*seconds * 1e9));
}

std::optional<std::uint64_t> integer_option(const json::Value* options, std::string_view key) {
    const auto* asked = options == nullptr ? nullptr : options->find(key);
    if (asked == nullptr) return std::nullopt;
    const auto number = asked->integer();
    if (!number) throw Refusal{500, "option " + go::quoted(key) + " must be of type integer"};
    return *number < 0 ? 0 : static_cast<std::uint64_t>(*number);
}

Loaded as_loaded(const World& world, const Model& model, const json::Value* options, const KeepAlive& keep) {
    const auto& weights = model.manifest.layer("model")->digest;
    const auto context = context_of(model, options);
    auto details = details_of(model);
    details.set("parent_model", "");
    const auto expires = keep ? std::optional(now() + *keep) : std::nullopt;
    return {model.manifest.name,
            model.manifest.digest,
            weights,
            memory_of(model, world.store.blob_size(weights).value_or(0), context),
            context,
            details,
            expires};
}

std::string in_template(const Model& model, const std::string& prompt) {
    std::string text = model.template_text;
    constexpr std::string_view mark = "{{ .Prompt }}";
    const auto at = text.find(mark);
    return at == std::string::npos ? prompt : text.replace(at, mark.size(), prompt);
}

Name named(World& world, const std::string& asked, const Refusal& unknown) {
    const auto reference = Reference::parse(asked);
    if (reference.problem == Reference::Problem::missing) throw unknown;
    if (reference.problem == Reference::Problem::conflicting)
        throw Refusal{400, "use either :local or :cloud, not both: " + go::quoted(reference.trimmed)};
    const auto name = Name::parse(reference.base);
    if (!name) throw Refusal{400, "invalid model name"};
    if (reference.source == Reference::Source::cloud)
        throw Refusal{403, "ollama cloud is disabled: remote model is unavailable"};
    try {
        return folded(*name, world.store.names());
    } catch (const StoreError&) {
        throw unknown;
    }
}

Model installed(World& world, const Name& name, const Refusal& unknown) {
    try {
        return load_model(world.store, name);
    } catch (const StoreError& error) {
        if (!error.missing) throw;
        throw unknown;
    }
}

void load_only(World& world, const Loaded& model) {
    const std::lock_guard one_at_a_time(world.loading);
    if (world.running.load(model) == Running::Was::loaded_now) world.runners.forget_prompts(model.weights);
}

bool can(const Model& model, std::string_view capability) {
    return model.manifest.layer("model") != nullptr &&
           std::ranges::find(model.capabilities, capability) != model.capabilities.end();
}

} // namespace codemate::sandbox
