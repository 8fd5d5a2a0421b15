#include "sandbox/answer.hpp"
#include "sandbox/go_json.hpp"
#include "sandbox/handlers.hpp"

#include <algorithm>
#include <array>

// Generate, load and unload, and what is loaded.
namespace codemate::sandbox {
namespace {

using KeepAlive = std::optional<std::chrono::nanoseconds>; // nothing: for ever

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

Reply done(const std::string& model, std::string_view reason) {
    auto value = json::Value::object();
    value.set("model", model);
    value.set("created_at", time_text(now(), Zone::utc));
    value.set("response", "");
    value.set("done", true);
    value.set("done_reason", reason);
    return json_reply(200, value);
}

std::optional<std::uint64_t> integer_option(const json::Value* options, std::string_view key) {
    const auto* asked = options == nullptr ? nullptr : options->find(key);
    if (asked == nullptr) return std::nullopt;
    const auto number = asked->integer();
    if (!number) throw Refusal{500, "option " + go::quoted(key) + " must be of type integer"};
    return *number < 0 ? 0 : static_cast<std::uint64_t>(*number);
}

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

Loaded loaded(const World& world, const Model& model, const json::Value* options, const KeepAlive& keep) {
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

std::string replaced_in(std::string text, const std::string& prompt) {
    constexpr std::string_view mark = "{{ .Prompt }}";
    const auto at = text.find(mark);
    return at == std::string::npos ? prompt : text.replace(at, mark.size(), prompt);
}

Name named(World& world, const std::string& asked) {
    const auto reference = Reference::parse(asked);
    const Refusal unknown{404, "model '" + asked + "' not found"};
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

} // namespace

Reply handle_generate(World& world, const Request& request) {
    using go::Type;
    constexpr std::array fields{go::Field{"model", Type::string},        go::Field{"prompt", Type::string},
                                go::Field{"stream", Type::boolean},      go::Field{"raw", Type::boolean},
                                go::Field{"keep_alive", Type::anything}, go::Field{"options", Type::anything}};
    const go::Body body(request.body, "GenerateRequest", fields);
    const auto keep = parse_keep_alive(body.value("keep_alive"));
    const auto asked = body.string("model");
    const auto name = named(world, asked);
    Model model;
    try {
        model = load_model(world.store, name);
    } catch (const StoreError& error) {
        if (!error.missing) throw;
        throw Refusal{404, "model '" + asked + "' not found"};
    }
    const auto* weights = model.manifest.layer("model");
    const bool no_prompt = body.string("prompt").empty();
    if (no_prompt && keep == KeepAlive(std::chrono::nanoseconds(0))) {
        if (weights != nullptr) world.running.unload(weights->digest);
        return done(asked, "unload");
    }
    if (weights == nullptr || std::ranges::find(model.capabilities, "completion") == model.capabilities.end())
        throw Refusal{400, go::quoted(asked) + " does not support generate"};
    const auto* options = body.value("options");
    const auto as_asked = loaded(world, model, options, keep);
    if (no_prompt) {
        if (world.running.load(as_asked) == Running::Was::loaded_now) world.runners.forget_prompt(weights->digest);
        return done(asked, "load");
    }
    Question question{asked, name, body.string("prompt"), body.boolean("raw").value_or(false), as_asked};
    if (!question.raw) question.prompt = replaced_in(model.template_text, question.prompt);
    question.num_predict = integer_option(options, "num_predict").value_or(0);
    question.seed = integer_option(options, "seed").value_or(0);
    return body.boolean("stream").value_or(true) ? stream_answer(world, question) : whole_answer(world, question);
}

Reply handle_ps(World& world, const Request&) {
    auto models = json::Value::array();
    // "For ever" is as many nanoseconds from now as a number can hold: about 292 years.
    const auto never =
        time_text(std::chrono::floor<std::chrono::seconds>(now()) + std::chrono::seconds(INT64_MAX / 1'000'000'000),
                  std::chrono::nanoseconds(0), Zone::local);
    for (const auto& each : world.running.list(now())) {
        auto entry = json::Value::object();
        entry.set("name", each.name.display());
        entry.set("model", each.name.display());
        entry.set("size", each.size);
        entry.set("digest", each.digest);
        entry.set("details", each.details);
        entry.set("expires_at", each.expires ? time_text(*each.expires) : never);
        entry.set("size_vram", 0);
        entry.set("context_length", each.context);
        models.add(entry);
    }
    auto value = json::Value::object();
    value.set("models", models);
    return json_reply(200, value);
}

} // namespace codemate::sandbox
