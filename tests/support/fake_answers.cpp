// Of the fake server: what it does with prompts.
#include "ollama/error_text.hpp"
#include "ollama/misread.hpp"
#include "support/fake_server.hpp"

#include <algorithm>
#include <cmath>

namespace codemate::test {

using ollama::Chunk;
using ollama::Flow;
using ollama::Generated;

namespace {

constexpr std::uint64_t usual_context = 4096;

// One for each word and one for the beginning.
std::uint64_t tokens_in(std::string_view text) {
    return 1 + static_cast<std::uint64_t>(std::ranges::count(text, ' ')) + (text.empty() ? 0 : 1);
}

Error not_installed(const ModelName& name) {
    http::Response answer;
    answer.status = 404;
    answer.body = R"({"error":"model not found"})";
    return ollama::answer_error(answer, &name, "the fake server");
}

Duration time_for(std::uint64_t tokens, double rate) {
    return Duration(static_cast<std::int64_t>(static_cast<double>(tokens) * 1e9 / rate));
}

// Made up, of length 1: the same for the same text and the same layers.
std::vector<float> vector_of(const FakeServer::Model& model, const std::string& text) {
    std::uint64_t state = 14695981039346656037ULL;
    std::string all = text;
    for (const FakeServer::Layer& layer : model.layers)
        all += layer.digest.hex();
    for (const char letter : all)
        state = (state ^ static_cast<unsigned char>(letter)) * 1099511628211ULL;
    std::vector<float> numbers(model.embedding_length > 0 ? model.embedding_length : 4);
    double square = 0;
    for (float& number : numbers) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        number = static_cast<float>(static_cast<double>(state >> 40U) / (1U << 23U) - 1);
        square += static_cast<double>(number) * static_cast<double>(number);
    }
    for (float& number : numbers)
        number = static_cast<float>(static_cast<double>(number) / std::sqrt(square));
    return numbers;
}

} // namespace

void FakeServer::answer_next(Answer answer, int times) {
    const std::lock_guard lock(mutex_);
    answers_.insert(answers_.end(), static_cast<std::size_t>(times), answer);
}

std::vector<ollama::Prompt> FakeServer::prompts() const {
    const std::lock_guard lock(mutex_);
    return prompts_;
}

FakeServer::Answer FakeServer::next_answer() {
    if (answers_.empty()) return answer_;
    Answer answer = answers_.front();
    answers_.erase(answers_.begin());
    return answer;
}

void FakeServer::pass(Duration span) {
    if (pass_) pass_(span);
}

std::vector<ollama::Passage> FakeServer::passages() const {
    const std::lock_guard lock(mutex_);
    return passages_;
}

void FakeServer::require_completion(const ModelName& name) {
    const auto found = find(name);
    if (found == installed_.end()) throw not_installed(name);
    const auto& capabilities = found->second.capabilities;
    if (!capabilities.empty() && std::ranges::find(capabilities, "completion") == capabilities.end())
        throw ollama::generate_error("\"" + name.display() + "\" does not support generate", name);
}

FakeServer::Was FakeServer::put_into_memory(const ModelName& name, const ollama::LoadOptions& options) {
    const auto found = find(name);
    if (found == installed_.end()) throw not_installed(name);
    const std::uint64_t context = options.num_ctx.value_or(usual_context);
    const auto known = std::ranges::find(running_, found->second.digest, &ollama::Running::digest);
    std::optional<Time> expires = now_ + std::chrono::minutes(5);
    if (options.keep_alive)
        expires = options.keep_alive->span ? std::optional(now_ + *options.keep_alive->span) : std::nullopt;
    if (known != running_.end() && known->context_length == context) {
        known->expires = expires;
        return Was::loaded_before;
    }
    if (known != running_.end()) running_.erase(known);
    running_.push_back({.name = found->first,
                        .digest = found->second.digest,
                        .size = found->second.size(),
                        .context_length = context,
                        .expires = expires});
    return Was::loaded_now;
}

void FakeServer::load(const ModelName& name, const ollama::LoadOptions& options, Stop stop) {
    ollama::refuse_misread(name, "loaded");
    record({.what = Call::What::load, .name = name.display()}, stop);
    const std::lock_guard lock(mutex_);
    require_completion(name);
    put_into_memory(name, options);
}

void FakeServer::unload(const ModelName& name, Stop stop) {
    ollama::refuse_misread(name, "unloaded");
    record({.what = Call::What::unload, .name = name.display()}, stop);
    const std::lock_guard lock(mutex_);
    const auto found = find(name);
    if (found == installed_.end()) throw not_installed(name);
    std::erase_if(running_, [&](const auto& each) { return each.digest == found->second.digest; });
}

Generated FakeServer::generate(const ollama::Prompt& prompt, const std::function<Flow(const Chunk&)>& on_chunk,
                               Stop stop) {
    ollama::refuse_misread(prompt.model, "run");
    record({.what = Call::What::generate, .name = prompt.model.display()}, stop);
    Answer answer;
    Was was{};
    {
        const std::lock_guard lock(mutex_);
        require_completion(prompt.model);
        prompts_.push_back(prompt);
        was = put_into_memory(prompt.model, prompt.load);
        answer = next_answer();
    }
    if (answer.error) throw *answer.error;
    const bool loads = was == Was::loaded_now || answer.reloaded;
    const std::uint64_t read = tokens_in(prompt.text);
    const std::uint64_t written = answer.tokens.value_or(prompt.num_predict);
    Generated figures{.done_reason = written < prompt.num_predict ? "stop" : "length",
                      .load = loads ? answer.load : Duration(std::chrono::milliseconds(2)),
                      .prompt_eval = time_for(read, answer.prefill_rate),
                      .eval = time_for(written, answer.decode_rate),
                      .prompt_tokens = read,
                      .tokens = written};
    figures.total = *figures.load + *figures.prompt_eval + *figures.eval;
    const auto now = [&] { return clock_ == nullptr ? SteadyTime{} : clock_->steady(); };
    if (on_chunk({.received = now(), .silence = true}) == Flow::drop) return {.end = Generated::End::dropped};
    pass(*figures.load + *figures.prompt_eval + answer.stall);
    // Two pieces whatever the tokens, an empty one first: pieces are no tokens.
    if (on_chunk({.received = now()}) == Flow::drop) return {.end = Generated::End::dropped};
    if (on_chunk({now(), answer.thinks ? "" : "some", answer.thinks ? "some" : ""}) == Flow::drop)
        return {.end = Generated::End::dropped};
    pass(*figures.eval);
    if (on_chunk({now(), " words", ""}) == Flow::drop) return {.end = Generated::End::dropped};
    if (answer.without_final) return {.end = Generated::End::without_final};
    if (answer.without_metrics) return {.done_reason = figures.done_reason};
    return figures;
}

ollama::Embedded FakeServer::embed(const ollama::Passage& passage, Stop stop) {
    ollama::refuse_misread(passage.model, "run");
    record({.what = Call::What::embed, .name = passage.model.display()}, stop);
    Answer answer;
    Was was{};
    std::vector<float> numbers;
    {
        const std::lock_guard lock(mutex_);
        was = put_into_memory(passage.model, passage.load);
        if (passage.text.empty()) return {};
        numbers = vector_of(find(passage.model)->second, passage.text);
        passages_.push_back(passage);
        answer = next_answer();
    }
    if (answer.error) throw *answer.error;
    const bool loads = was == Was::loaded_now || answer.reloaded;
    const std::uint64_t read = tokens_in(passage.text);
    const Duration load = loads ? answer.load : Duration(std::chrono::milliseconds(2));
    const Duration prefill = time_for(read, answer.prefill_rate);
    pass(load + prefill + answer.stall);
    if (answer.without_metrics) return {.vectors = 1, .dimensions = numbers.size(), .numbers = numbers};
    return {.vectors = 1,
            .dimensions = numbers.size(),
            .total = load + prefill,
            .load = load,
            .tokens = read,
            .numbers = numbers};
}

} // namespace codemate::test
