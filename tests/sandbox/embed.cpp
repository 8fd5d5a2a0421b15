#include "sandbox/asking.hpp"
#include "sandbox/go_json.hpp"
#include "sandbox/pace.hpp"

#include <array>
#include <cmath>

// Vectors of texts: made up, the same for the same text and the same weights.
namespace codemate::sandbox {
namespace {

using std::chrono::nanoseconds;

std::uint64_t dimensions_of(const Model& model) {
    const auto* length = model.file ? model.file->architecture_value("embedding_length") : nullptr;
    return length == nullptr ? 0 : length->unsigned_integer().value_or(0);
}

std::vector<double> vector_of(const Model& model, const std::string& text) {
    std::uint64_t state = 14695981039346656037ULL;
    for (const char letter : model.manifest.layer("model")->digest + text)
        state = (state ^ static_cast<unsigned char>(letter)) * 1099511628211ULL;
    std::vector<double> numbers;
    double square = 0;
    for (std::uint64_t i = 0; i < dimensions_of(model); ++i) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        numbers.push_back(static_cast<double>(state >> 40U) / (1U << 23U) - 1);
        square += numbers.back() * numbers.back();
    }
    for (double& number : numbers)
        number /= square > 0 ? std::sqrt(square) : 1;
    return numbers;
}

// As many digits as a number of 32 bits has.
json::Value vector_json(const std::vector<double>& numbers) {
    constexpr double digits = 1e7;
    auto list = json::Value::array();
    for (const double number : numbers)
        list.add(std::round(number * digits) / digits);
    return list;
}

std::vector<std::string> texts_in(const json::Value* input) {
    const Refusal wrong{400, "invalid input type"};
    if (input == nullptr) return {};
    if (const auto* text = input->string()) return text->empty() ? std::vector<std::string>() : std::vector{*text};
    if (!input->is_array()) throw wrong;
    std::vector<std::string> texts;
    for (const auto& each : input->elements()) {
        if (each.string() == nullptr) throw wrong;
        texts.push_back(*each.string());
    }
    return texts;
}

struct Figures {
    nanoseconds load{0}, prefill{0};
    std::uint64_t tokens = 0;
};

// Takes the time that it tells. No cache: each text is read whole.
Figures read(World& world, const Loaded& loaded, const Pace& pace, const std::vector<std::string>& texts,
             const Request& request) {
    const auto place = take_place(world, loaded, pace, request);
    Figures figures{.load = place->load(world, loaded, pace)};
    for (const auto& text : texts)
        figures.tokens += std::min<std::uint64_t>(tokens_of(text).size(), loaded.context);
    figures.prefill = pace.prefill(figures.tokens);
    wait_until(world, std::chrono::steady_clock::now() + figures.prefill + pace.first_token());
    if (pace.strikes("generate-error")) throw Refusal{400, "an error was encountered while running the model: EOF"};
    return figures;
}

struct Wanted {
    std::string asked;
    Name name;
    Model model;
    Loaded loaded;
};

Wanted wanted(World& world, const go::Body& body) {
    const auto keep = parse_keep_alive(body.value("keep_alive"));
    const auto asked = body.string("model");
    const Refusal unknown{404, "model " + go::quoted(asked) + " not found, try pulling it first"};
    Name name = named(world, asked, unknown);
    Model model = installed(world, name, unknown);
    if (model.manifest.layer("model") == nullptr) throw unknown;
    Loaded loaded = as_loaded(world, model, body.value("options"), keep);
    return {asked, std::move(name), std::move(model), std::move(loaded)};
}

} // namespace

Reply handle_embed(World& world, const Request& request) {
    using go::Type;
    constexpr std::array fields{go::Field{"model", Type::string}, go::Field{"input", Type::anything},
                                go::Field{"keep_alive", Type::anything}, go::Field{"options", Type::anything}};
    const go::Body body(request.body, "EmbedRequest", fields);
    const auto texts = texts_in(body.value("input"));
    const auto [asked, name, model, loaded] = wanted(world, body);
    auto value = json::Value::object();
    value.set("model", asked);
    if (texts.empty()) {
        load_only(world, loaded);
        return json_reply(200, value.set("embeddings", json::Value::array()));
    }
    const Pace pace(world, request.path, name);
    const Figures figures = read(world, loaded, pace, texts, request);
    auto vectors = json::Value::array();
    for (const auto& text : texts)
        vectors.add(vector_json(vector_of(model, text)));
    value.set("embeddings", std::move(vectors));
    if (pace.strikes("no-metrics")) return json_reply(200, value);
    value.set("total_duration", (figures.load + figures.prefill).count()).set("load_duration", figures.load.count());
    return json_reply(200, value.set("prompt_eval_count", figures.tokens));
}

// The older form: one text, one vector, no figures.
Reply handle_embeddings(World& world, const Request& request) {
    using go::Type;
    constexpr std::array fields{go::Field{"model", Type::string}, go::Field{"prompt", Type::string},
                                go::Field{"keep_alive", Type::anything}, go::Field{"options", Type::anything}};
    const go::Body body(request.body, "EmbeddingRequest", fields);
    const auto [asked, name, model, loaded] = wanted(world, body);
    const auto text = body.string("prompt");
    auto value = json::Value::object();
    if (text.empty()) {
        load_only(world, loaded);
        return json_reply(200, value.set("embedding", json::Value::array()));
    }
    read(world, loaded, Pace(world, request.path, name), {text}, request);
    return json_reply(200, value.set("embedding", vector_json(vector_of(model, text))));
}

} // namespace codemate::sandbox
