#include "ollama/wire.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"

#include <algorithm>
#include <limits>

namespace codemate::ollama::wire {

namespace {

constexpr std::size_t excerpt_length = 80;
constexpr std::size_t most_models = 100'000; // the shortest entry takes thirty times its size when it is read

json::Document read(std::string_view text, std::string_view source, const Stop& stop = {}) {
    try {
        return json::read(text, source, json::Comments::forbidden, stop);
    } catch (const Error& error) {
        diagnostics::debug(error.message());
        throw not_ollama(text, source);
    }
}

// Members that other versions leave out, or fill with null or another type.
std::string text_of(const json::Cursor& object, std::string_view key) {
    const json::Value* found = object.value().find(key);
    const std::string* text = found ? found->string() : nullptr;
    return text ? *text : "";
}

std::uint64_t number_of(const json::Cursor& object, std::string_view key) {
    const json::Value* found = object.value().find(key);
    return found ? found->unsigned_integer().value_or(0) : 0;
}

// Zero is left out by the server, and a negative one is none.
std::optional<std::uint64_t> count_of(const json::Cursor& object, std::string_view key) {
    const std::uint64_t number = number_of(object, key);
    return number == 0 ? std::nullopt : std::optional(number);
}

std::optional<Duration> duration_of(const json::Cursor& object, std::string_view key) {
    const auto nanoseconds = count_of(object, key);
    if (!nanoseconds || *nanoseconds > std::uint64_t{INT64_MAX}) return std::nullopt;
    return Duration(static_cast<std::int64_t>(*nanoseconds));
}

std::vector<std::string> texts_of(const json::Cursor& object, std::string_view key) {
    std::vector<std::string> texts;
    const json::Value* found = object.value().find(key);
    if (!found) return texts;
    for (const auto& element : found->elements()) {
        if (const auto* text = element.string()) texts.push_back(*text);
    }
    std::ranges::sort(texts);
    return texts;
}

std::optional<ModelName> name_of(const json::Cursor& entry) {
    if (!entry.value().is_object()) return std::nullopt;
    std::string text = text_of(entry, "name");
    if (text.empty()) text = text_of(entry, "model");
    try {
        return ModelName::parse(text);
    } catch (const Error& error) {
        diagnostics::warning("the server lists " + codemate::quoted(text) +
                             ", which is no name of a model: " + error.message());
        return std::nullopt;
    }
}

void read_details(const json::Cursor& entry, auto& model) {
    if (!entry.has("details")) return;
    const json::Cursor details = entry.at("details");
    model.format = text_of(details, "format");
    model.family = text_of(details, "family");
    model.parameter_size = text_of(details, "parameter_size");
    model.quantization = text_of(details, "quantization_level");
}

Installed to_installed(ModelName name, const json::Cursor& entry) {
    Installed model{.name = std::move(name)};
    model.digest = Digest::parse(text_of(entry, "digest"));
    model.size = ByteCount(number_of(entry, "size"));
    model.modified = parse_rfc3339(text_of(entry, "modified_at")).value_or(Time{});
    model.capabilities = texts_of(entry, "capabilities");
    model.remote_model = text_of(entry, "remote_model");
    model.remote_host = text_of(entry, "remote_host");
    read_details(entry, model);
    if (entry.has("details")) model.context_length = number_of(entry.at("details"), "context_length");
    return model;
}

Running to_running(ModelName name, const json::Cursor& entry) {
    Running model{.name = std::move(name)};
    model.digest = Digest::parse(text_of(entry, "digest"));
    model.size = ByteCount(number_of(entry, "size"));
    model.size_vram = ByteCount(number_of(entry, "size_vram"));
    model.context_length = number_of(entry, "context_length");
    model.expires = parse_rfc3339(text_of(entry, "expires_at"));
    return model;
}

// One number for each block is an array in the header, which comes as null.
bool is_no_number(const json::Cursor& object, std::string_view key) {
    const json::Value* found = object.value().find(key);
    return found != nullptr && !found->unsigned_integer();
}

Attention to_attention(const json::Cursor& info, const std::string& architecture) {
    const std::string prefix = architecture + ".attention.";
    Attention attention;
    attention.blocks = number_of(info, architecture + ".block_count");
    attention.heads = number_of(info, prefix + "head_count");
    attention.kv_heads = number_of(info, prefix + "head_count_kv");
    attention.key_length = number_of(info, prefix + "key_length");
    attention.value_length = number_of(info, prefix + "value_length");
    attention.sliding_window = number_of(info, prefix + "sliding_window");
    attention.differs_by_block =
        is_no_number(info, prefix + "head_count") || is_no_number(info, prefix + "head_count_kv");
    const json::Value* causal = info.value().find(prefix + "causal");
    if (causal != nullptr) attention.causal = causal->boolean().value_or(true);
    return attention;
}

// The keys of a GGUF header are named after the architecture: "llama.context_length".
void read_model_info(const json::Cursor& info, Shown& model) {
    const std::string architecture = text_of(info, "general.architecture");
    model.context_length = number_of(info, architecture + ".context_length");
    model.embedding_length = number_of(info, architecture + ".embedding_length");
    model.attention = to_attention(info, architecture);
}

// "FROM /…/blobs/sha256-<64 digits>" of a modelfile, which names the blob by its path; the first one is the weights'.
std::string weights_file_of(std::string_view modelfile) {
    constexpr std::string_view from = "FROM ";
    for (const std::string_view line : split(modelfile, '\n')) {
        const std::string_view path = line.starts_with(from) ? trimmed(line.substr(from.size())) : std::string_view();
        const std::size_t name = path.find_last_of("/\\");
        if (name == std::string_view::npos || !Digest::parse(path.substr(name + 1))) continue;
        if (path.substr(0, name).ends_with("blobs")) return std::string(path);
    }
    return {};
}

std::vector<json::Cursor> models_of(const json::Document& document, std::string_view source) {
    const json::Cursor models = json::Cursor(document.root, source).at("models");
    const std::size_t count = models.value().elements().size();
    if (count > most_models) {
        throw Error(Kind::protocol, std::string(source) + " lists " + std::to_string(count) +
                                        " models, and codemate takes no more than " + std::to_string(most_models));
    }
    return models.elements();
}

PullEvent::Stage stage_of(std::string_view status, std::string_view digest) {
    using enum PullEvent::Stage;
    if (status == "pulling manifest") return resolving;
    if (status.starts_with("pulling ") && !digest.empty()) return layer;
    if (status.starts_with("verifying ")) return verifying;
    if (status == "writing manifest") return writing;
    if (status.starts_with("removing ") || status.starts_with("couldn't remove ")) return cleaning;
    return other;
}

std::string error_text(const json::Value& error) {
    const std::string* text = error.string();
    return text ? *text : json::to_line(error);
}

std::vector<float> numbers_of(const json::Value& vector) {
    std::vector<float> numbers;
    numbers.reserve(vector.elements().size());
    for (const json::Value& element : vector.elements())
        numbers.push_back(static_cast<float>(element.number().value_or(std::numeric_limits<double>::quiet_NaN())));
    return numbers;
}

} // namespace

Error not_ollama(std::string_view text, std::string_view source) {
    std::string line;
    for (const auto part : split(text.substr(0, 4 * excerpt_length), '\n')) {
        if (!trimmed(part).empty()) line.append(line.empty() ? "" : " ").append(trimmed(part));
    }
    const std::string answer =
        line.empty() ? "it is empty" : codemate::quoted(without_credentials(line), excerpt_length);
    return Error(Kind::protocol, "the answer of " + std::string(source) + " is not Ollama's: " + answer)
        .hint(
            "is this an Ollama server? check OLLAMA_HOST or --host, and what may stand between: a proxy, a login page");
}

std::string version(std::string_view body, std::string_view source) {
    const json::Document document = read(body, source);
    return json::Cursor(document.root, source).at("version").string();
}

Listing listing(std::string_view body, std::string_view source, const Stop& stop) {
    const json::Document document = read(body, source, stop);
    Listing list;
    for (const auto& entry : models_of(document, source)) {
        throw_if_stopped(stop);
        if (auto name = name_of(entry))
            list.models.push_back(to_installed(std::move(*name), entry));
        else
            ++list.unusable;
    }
    return list;
}

std::vector<Installed> installed(std::string_view body, std::string_view source, const Stop& stop) {
    return listing(body, source, stop).models;
}

std::vector<Running> running(std::string_view body, std::string_view source, const Stop& stop) {
    const json::Document document = read(body, source, stop);
    std::vector<Running> models;
    for (const auto& entry : models_of(document, source)) {
        throw_if_stopped(stop);
        if (auto name = name_of(entry)) models.push_back(to_running(std::move(*name), entry));
    }
    return models;
}

Shown shown(std::string_view body, std::string_view source, const Stop& stop) {
    const json::Document document = read(body, source, stop);
    const json::Cursor root(document.root, source);
    if (!document.root.is_object()) throw not_ollama(body, source);
    Shown model;
    read_details(root, model);
    if (root.has("model_info")) read_model_info(root.at("model_info"), model);
    model.capabilities = texts_of(root, "capabilities");
    model.template_text = text_of(root, "template");
    model.system = text_of(root, "system");
    model.license = text_of(root, "license");
    model.parameters = text_of(root, "parameters");
    model.weights_file = weights_file_of(text_of(root, "modelfile"));
    return model;
}

std::variant<PullEvent, Failure> pull_line(std::string_view line, std::string_view source) {
    const json::Document document = read(line, source);
    const json::Cursor root(document.root, source);
    if (!document.root.is_object()) throw not_ollama(line, source);
    if (root.has("error")) return Failure{error_text(root.at("error").value())};
    PullEvent event;
    event.status = without_credentials(text_of(root, "status"));
    event.layer_name = text_of(root, "digest");
    event.stage = stage_of(event.status, event.layer_name);
    event.layer = Digest::parse(event.layer_name);
    event.completed = ByteCount(number_of(root, "completed"));
    event.total = ByteCount(number_of(root, "total"));
    return event;
}

std::variant<AnswerLine, Failure> answer_line(std::string_view line, std::string_view source) {
    const json::Document document = read(line, source);
    const json::Cursor root(document.root, source);
    if (!document.root.is_object()) throw not_ollama(line, source);
    if (root.has("error")) return Failure{error_text(root.at("error").value())};
    AnswerLine answer;
    answer.text = text_of(root, "response");
    answer.thinking = text_of(root, "thinking");
    const json::Value* done = root.value().find("done");
    answer.done = done != nullptr && done->boolean().value_or(false);
    if (!answer.done) return answer;
    answer.figures.done_reason = text_of(root, "done_reason");
    answer.figures.total = duration_of(root, "total_duration");
    answer.figures.load = duration_of(root, "load_duration");
    answer.figures.prompt_eval = duration_of(root, "prompt_eval_duration");
    answer.figures.eval = duration_of(root, "eval_duration");
    answer.figures.prompt_tokens = count_of(root, "prompt_eval_count");
    answer.figures.tokens = count_of(root, "eval_count");
    return answer;
}

Embedded embedded(std::string_view body, std::string_view source) {
    const json::Document document = read(body, source);
    const json::Cursor root(document.root, source);
    if (!document.root.is_object() || !root.has("embeddings")) throw not_ollama(body, source);
    const json::Value& vectors = root.at("embeddings").value();
    Embedded answer{.vectors = vectors.elements().size()};
    if (answer.vectors > 0) answer.numbers = numbers_of(vectors.elements().front());
    answer.dimensions = answer.numbers.size();
    answer.total = duration_of(root, "total_duration");
    answer.load = duration_of(root, "load_duration");
    answer.tokens = count_of(root, "prompt_eval_count");
    return answer;
}

std::optional<std::string> error_member(std::string_view body) {
    try {
        const json::Document document = json::read(body, "");
        const json::Value* error = document.root.find("error");
        if (error) return error_text(*error);
    } catch (const Error&) { // no JSON: no such member
    }
    return std::nullopt;
}

std::string member(std::string_view body, std::string_view key) {
    try {
        const json::Document document = json::read(body, "");
        return text_of(json::Cursor(document.root, ""), key);
    } catch (const Error&) {
        return {};
    }
}

} // namespace codemate::ollama::wire
