#include "sandbox/answer.hpp"

#include "sandbox/go_json.hpp"
#include "sandbox/handlers.hpp"
#include "sandbox/pace.hpp"

#include <algorithm>
#include <cctype>

namespace codemate::sandbox {
namespace {

using std::chrono::nanoseconds;

constexpr std::uint64_t usual_length = 32;
struct Gone {};

// What every object of an answer begins with.
json::Value object_with(const Question& question, std::string_view text, std::string_view thought = "") {
    auto object = json::Value::object();
    object.set("model", question.asked).set("created_at", time_text(now(), Zone::utc));
    if (question.form == Question::Form::generate) {
        object.set("response", text);
        if (!thought.empty()) object.set("thinking", thought);
        return object;
    }
    auto message = json::Value::object().set("role", "assistant").set("content", text);
    if (!thought.empty()) message.set("thinking", thought);
    return object.set("message", std::move(message));
}

constexpr std::string_view path_of(const Question& question) {
    return question.form == Question::Form::chat ? "/api/chat" : "/api/generate";
}

Pace pace_of(World& world, const Question& question) {
    return {world, std::string(path_of(question)), question.name};
}

// One answer: loads the model, reads the prompt, writes.
class Answering {
public:
    using Emit = std::function<bool(const json::Value&)>;
    Answering(World& world, const Question& question, std::shared_ptr<Place> place, Emit emit)
        : world_(world), question_(question), place_(std::move(place)), pace_(pace_of(world, question)),
          emit_(std::move(emit)) {}

    // The final object; nothing where it is left out.
    std::optional<json::Value> run() {
        load_ = place_->load(world_, question_.loaded, pace_);
        read_prompt(place_->runner());
        if (pace_.strikes("generate-error")) {
            emit_(
                json::Value::object().set("error", "an error was encountered while running the model: unexpected EOF"));
            return std::nullopt;
        }
        const std::uint64_t count = length();
        write(count);
        place_->leave();
        if (pace_.strikes("no-final")) return std::nullopt;
        return final_object(count);
    }

    const std::string& text() const { return text_; }

private:
    using Clock = std::chrono::steady_clock;

    // What the last prompt began with as well is in the cache; at least one token is read.
    void read_prompt(Runners::Runner& runner) {
        auto tokens = tokens_of(question_.prompt);
        tokens.resize(std::min<std::size_t>(tokens.size(), question_.loaded.context));
        prompt_tokens_ = tokens.size();
        const auto [mine, last] = std::ranges::mismatch(tokens, runner.prompt);
        const auto cached = static_cast<std::uint64_t>(mine - tokens.begin());
        prefill_ = pace_.prefill(std::max<std::uint64_t>(prompt_tokens_ - cached, 1));
        runner.prompt = std::move(tokens);
        wait_until(world_, Clock::now() + prefill_ + pace_.first_token());
    }

    std::uint64_t length() const {
        const std::uint64_t wanted = question_.num_predict == 0 ? usual_length : question_.num_predict;
        return pace_.strikes("short-answer") ? std::max<std::uint64_t>(wanted / 2, 1) : wanted;
    }

    void write(std::uint64_t count) {
        decode_ = pace_.decode(count);
        const bool thinks = pace_.strikes("thinking");
        const auto begin = Clock::now();
        std::uint64_t word = question_.seed + question_.prompt.size();
        for (std::uint64_t i = 0; i < count; ++i) {
            word = word * 6364136223846793005ULL + 1442695040888963407ULL;
            const std::string token = " w" + std::to_string(word >> 56);
            const bool is_thought = thinks && i < count / 2;
            if (!is_thought) text_ += token;
            auto object = is_thought ? head("", token) : head(token);
            if (!emit_(object.set("done", false))) throw Gone();
            wait_until(world_, begin + decode_ * static_cast<std::int64_t>(i + 1) / static_cast<std::int64_t>(count));
        }
        stopped_early_ = question_.num_predict == 0 || count < question_.num_predict;
    }

    json::Value final_object(std::uint64_t count) const {
        auto object = head("");
        object.set("done", true).set("done_reason", stopped_early_ ? "stop" : "length");
        if (!question_.raw && question_.form == Question::Form::generate)
            object.set("context", json::Value::array().add(1));
        if (pace_.strikes("no-metrics")) return object;
        object.set("total_duration", (load_ + prefill_ + decode_).count()).set("load_duration", load_.count());
        object.set("prompt_eval_count", prompt_tokens_).set("prompt_eval_duration", prefill_.count());
        return object.set("eval_count", count).set("eval_duration", decode_.count());
    }

    json::Value head(std::string_view text, std::string_view thought = "") const {
        return object_with(question_, text, thought);
    }

    World& world_;
    const Question& question_;
    std::shared_ptr<Place> place_;
    Pace pace_;
    Emit emit_;
    std::string text_;
    nanoseconds load_{0}, prefill_{0}, decode_{0};
    std::uint64_t prompt_tokens_ = 0;
    bool stopped_early_ = false;
};

} // namespace

std::vector<std::string> tokens_of(std::string_view text) {
    constexpr std::size_t longest = 4;
    std::vector<std::string> tokens{"<s>"};
    std::size_t letters = longest; // of the token that is being read
    for (const char letter : text) {
        const bool in_word = std::isalpha(static_cast<unsigned char>(letter)) != 0;
        if (letter == ' ') {
            tokens.emplace_back(1, letter);
            letters = 0;
        } else if (in_word && letters < longest) {
            tokens.back() += letter;
            ++letters;
        } else {
            tokens.emplace_back(1, letter);
            letters = in_word ? 1 : longest;
        }
    }
    return tokens;
}

Reply stream_answer(World& world, const Question& question, const Request& request) {
    // Before anything is said: a full queue has a status of its own.
    const auto place = take_place(world, question.loaded, pace_of(world, question), request);
    Reply reply{.headers = {{"Content-Type", "application/x-ndjson"}}};
    reply.stream = [&world, question, place](Sink& sink) {
        const auto emit = [&](const json::Value& value) { return sink.write(go::encode(value) + "\n"); };
        try {
            if (const auto last = Answering(world, question, place, emit).run()) emit(*last);
            return StreamEnd::complete;
        } catch (const Gone&) {
            return StreamEnd::cut;
        } catch (const PullCanceled&) { // the server stops
            return StreamEnd::cut;
        }
    };
    return reply;
}

Reply whole_answer(World& world, const Question& question, const Request& request) {
    const auto place = take_place(world, question.loaded, pace_of(world, question), request);
    std::optional<std::string> error;
    Answering answering(world, question, place, [&](const json::Value& value) {
        if (const auto* text = value.find("error")) error = *text->string();
        return true;
    });
    auto last = answering.run();
    if (error) return error_reply(500, *error);
    auto whole = object_with(question, answering.text());
    if (!last) return json_reply(200, whole.set("done", false));
    for (const auto& member : last->members())
        if (whole.find(member.key) == nullptr) whole.set(member.key, member.value);
    return json_reply(200, whole);
}

} // namespace codemate::sandbox
