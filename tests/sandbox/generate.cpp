#include "sandbox/asking.hpp"
#include "sandbox/go_json.hpp"

#include <array>

// Generate, load and unload, and what is loaded.
namespace codemate::sandbox {
namespace {

Reply done(const std::string& model, std::string_view reason) {
    auto value = json::Value::object();
    value.set("model", model);
    value.set("created_at", time_text(now(), Zone::utc));
    value.set("response", "");
    value.set("done", true);
    value.set("done_reason", reason);
    return json_reply(200, value);
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
    const Refusal unknown{404, "model '" + asked + "' not found"};
    const auto name = named(world, asked, unknown);
    const Model model = installed(world, name, unknown);
    const auto* weights = model.manifest.layer("model");
    const bool no_prompt = body.string("prompt").empty();
    if (no_prompt && keep == KeepAlive(std::chrono::nanoseconds(0))) {
        if (weights != nullptr) world.running.unload(weights->digest);
        return done(asked, "unload");
    }
    if (!can(model, "completion")) throw Refusal{400, go::quoted(asked) + " does not support generate"};
    const auto* options = body.value("options");
    const auto as_asked = as_loaded(world, model, options, keep);
    if (no_prompt) {
        load_only(world, as_asked);
        return done(asked, "load");
    }
    Question question{.asked = asked,
                      .name = name,
                      .prompt = body.string("prompt"),
                      .raw = body.boolean("raw").value_or(false),
                      .loaded = as_asked};
    if (!question.raw) question.prompt = in_template(model, question.prompt);
    question.num_predict = integer_option(options, "num_predict").value_or(0);
    question.seed = integer_option(options, "seed").value_or(0);
    const bool streams = body.boolean("stream").value_or(true);
    return streams ? stream_answer(world, question, request) : whole_answer(world, question, request);
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
