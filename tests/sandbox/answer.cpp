#include "sandbox/answer.hpp"

#include "sandbox/go_json.hpp"
#include "sandbox/handlers.hpp"

#include "codemate/base/time.hpp"

#include <algorithm>
#include <cctype>

namespace codemate::sandbox {
namespace {

using std::chrono::nanoseconds;

constexpr std::uint64_t usual_length = 32;
constexpr nanoseconds looking_up = std::chrono::milliseconds(2); // a model that is loaded already

// How fast it is: what the faults say, else some speed of a small model.
class Pace {
public:
    Pace(World& world, const Name& name) : world_(world), occasion_{"/api/generate", name} {}

    nanoseconds load() const { return duration("load-time", std::chrono::milliseconds(30)); }
    nanoseconds prefill(std::uint64_t tokens) const { return span(tokens, rate("prefill-rate", 20'000)); }
    nanoseconds decode(std::uint64_t tokens) const { return span(tokens, rate("decode-rate", 2'000)); }
    nanoseconds first_token() const { return duration("token-stall", nanoseconds(0)); }
    bool strikes(std::string_view fault) const { return world_.faults.strike(fault, occasion_).has_value(); }

private:
    std::uint64_t rate(std::string_view fault, std::uint64_t usual) const {
        const auto set = world_.faults.strike(fault, occasion_);
        return set ? std::stoull(set->value) : usual;
    }
    nanoseconds duration(std::string_view fault, nanoseconds usual) const {
        const auto set = world_.faults.strike(fault, occasion_);
        return set ? parse_duration(set->value) : usual;
    }
    static nanoseconds span(std::uint64_t tokens, std::uint64_t rate) {
        return nanoseconds(tokens * 1'000'000'000 / rate);
    }

    World& world_;
    Occasion occasion_;
};

struct Gone {};

// One answer: waits for its turn at the model, loads it, reads the prompt, writes.
class Answering {
public:
    using Emit = std::function<bool(const json::Value&)>;
    Answering(World& world, const Question& question, Emit emit)
        : world_(world), question_(question), pace_(world, question.name), emit_(std::move(emit)) {}

    // The final object; nothing where it is left out.
    std::optional<json::Value> run() {
        const auto asked = Clock::now();
        const auto turn = world_.runners.turn(question_.loaded.weights, world_.stop.get_token());
        const auto queued = std::chrono::duration_cast<nanoseconds>(Clock::now() - asked);
        load_ = load() + (queued > std::chrono::milliseconds(1) ? queued : nanoseconds(0));
        read_prompt(*turn);
        if (pace_.strikes("generate-error")) {
            emit_(
                json::Value::object().set("error", "an error was encountered while running the model: unexpected EOF"));
            return std::nullopt;
        }
        const std::uint64_t count = length();
        write(count);
        if (pace_.strikes("no-final")) return std::nullopt;
        return final_object(count);
    }

    const std::string& text() const { return text_; }

private:
    using Clock = std::chrono::steady_clock;

    nanoseconds load() {
        const bool again = world_.running.load(question_.loaded) == Running::Was::loaded_now;
        if (again || pace_.strikes("reload")) {
            world_.runners.forget_prompt(question_.loaded.weights);
            const auto time = pace_.load();
            until(Clock::now() + time);
            return time;
        }
        return looking_up;
    }

    // What the last prompt began with as well is in the cache; at least one token is read.
    void read_prompt(Runners::Runner& runner) {
        auto tokens = tokens_of(question_.prompt);
        tokens.resize(std::min<std::size_t>(tokens.size(), question_.loaded.context));
        prompt_tokens_ = tokens.size();
        const auto [mine, last] = std::ranges::mismatch(tokens, runner.prompt);
        const auto cached = static_cast<std::uint64_t>(mine - tokens.begin());
        prefill_ = pace_.prefill(std::max<std::uint64_t>(prompt_tokens_ - cached, 1));
        runner.prompt = std::move(tokens);
        until(Clock::now() + prefill_ + pace_.first_token());
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
            auto object = head();
            object.set("response", is_thought ? "" : token);
            if (is_thought) object.set("thinking", token);
            if (!emit_(object.set("done", false))) throw Gone();
            until(begin + decode_ * static_cast<std::int64_t>(i + 1) / static_cast<std::int64_t>(count));
        }
        stopped_early_ = question_.num_predict == 0 || count < question_.num_predict;
    }

    json::Value final_object(std::uint64_t count) const {
        auto object = head();
        object.set("response", "").set("done", true).set("done_reason", stopped_early_ ? "stop" : "length");
        if (!question_.raw) object.set("context", json::Value::array().add(1));
        if (pace_.strikes("no-metrics")) return object;
        object.set("total_duration", (load_ + prefill_ + decode_).count()).set("load_duration", load_.count());
        object.set("prompt_eval_count", prompt_tokens_).set("prompt_eval_duration", prefill_.count());
        return object.set("eval_count", count).set("eval_duration", decode_.count());
    }

    json::Value head() const {
        auto object = json::Value::object();
        return object.set("model", question_.asked).set("created_at", time_text(now(), Zone::utc));
    }

    void until(Clock::time_point time) const {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(time - Clock::now());
        if (left.count() > 0) wait_for(left, world_.stop.get_token());
    }

    World& world_;
    const Question& question_;
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

Reply stream_answer(World& world, const Question& question) {
    Reply reply{.headers = {{"Content-Type", "application/x-ndjson"}}};
    reply.stream = [&world, question](Sink& sink) {
        const auto emit = [&](const json::Value& value) { return sink.write(go::encode(value) + "\n"); };
        try {
            if (const auto last = Answering(world, question, emit).run()) emit(*last);
            return StreamEnd::complete;
        } catch (const Gone&) {
            return StreamEnd::cut;
        } catch (const PullCanceled&) { // the server stops
            return StreamEnd::cut;
        }
    };
    return reply;
}

Reply whole_answer(World& world, const Question& question) {
    std::optional<std::string> error;
    Answering answering(world, question, [&](const json::Value& value) {
        if (const auto* text = value.find("error")) error = *text->string();
        return true;
    });
    auto last = answering.run();
    if (error) return error_reply(500, *error);
    if (!last) {
        last = json::Value::object();
        last->set("model", question.asked).set("created_at", time_text(now(), Zone::utc));
        return json_reply(200, last->set("response", answering.text()).set("done", false));
    }
    return json_reply(200, last->set("response", answering.text()));
}

} // namespace codemate::sandbox
