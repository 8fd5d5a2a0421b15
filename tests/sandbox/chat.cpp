#include "sandbox/asking.hpp"
#include "sandbox/go_json.hpp"

#include <array>

namespace codemate::sandbox {
namespace {

Reply done(const std::string& model, std::string_view reason) {
    auto value = json::Value::object();
    value.set("model", model).set("created_at", time_text(now(), Zone::utc));
    value.set("message", json::Value::object().set("role", "assistant").set("content", ""));
    return json_reply(200, value.set("done", true).set("done_reason", reason));
}

// What all of them say, one a line: no template for turns is known here.
std::string said_in(const json::Value* messages) {
    std::string text;
    if (messages == nullptr) return text;
    for (const auto& message : messages->elements()) {
        const auto* content = message.find("content");
        if (content == nullptr || content->string() == nullptr) continue;
        text += (text.empty() ? "" : "\n") + *content->string();
    }
    return text;
}

} // namespace

Reply handle_chat(World& world, const Request& request) {
    using go::Type;
    constexpr std::array fields{go::Field{"model", Type::string}, go::Field{"messages", Type::anything},
                                go::Field{"stream", Type::boolean}, go::Field{"keep_alive", Type::anything},
                                go::Field{"options", Type::anything}};
    const go::Body body(request.body, "ChatRequest", fields);
    const auto keep = parse_keep_alive(body.value("keep_alive"));
    const auto asked = body.string("model");
    if (asked.empty()) throw Refusal{400, "model is required"};
    const Refusal unknown{404, "model '" + asked + "' not found"};
    const auto name = named(world, asked, unknown);
    const Model model = installed(world, name, unknown);
    const auto* messages = body.value("messages");
    const bool no_messages = messages == nullptr || messages->elements().empty();
    if (no_messages && keep == KeepAlive(std::chrono::nanoseconds(0))) {
        if (const auto* weights = model.manifest.layer("model")) world.running.unload(weights->digest);
        return done(asked, "unload");
    }
    if (!can(model, "completion")) throw Refusal{400, go::quoted(asked) + " does not support chat"};
    const auto* options = body.value("options");
    const auto as_asked = as_loaded(world, model, options, keep);
    if (no_messages) {
        load_only(world, as_asked);
        return done(asked, "load");
    }
    Question question{.form = Question::Form::chat,
                      .asked = asked,
                      .name = name,
                      .prompt = in_template(model, said_in(messages)),
                      .loaded = as_asked};
    question.num_predict = integer_option(options, "num_predict").value_or(0);
    question.seed = integer_option(options, "seed").value_or(0);
    const bool streams = body.boolean("stream").value_or(true);
    return streams ? stream_answer(world, question, request) : whole_answer(world, question, request);
}

} // namespace codemate::sandbox
