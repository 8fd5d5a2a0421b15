#include "lifecycle/benchmark/measuring.hpp"

#include "codemate/base/text.hpp"
#include "codemate/rules/loaded.hpp"

#include <algorithm>
#include <cmath>

namespace codemate::lifecycle::benchmark {
namespace {

using ollama::Chunk;
using ollama::Flow;
using ollama::Generated;
using state::Sample;

constexpr double usual_tokens_per_word = 1.3;
constexpr std::size_t tries_per_run = 6; // a tiny model may lose two answers of three (it repeats itself)
constexpr Duration first_wait = std::chrono::milliseconds(500), longest_wait = std::chrono::seconds(30);

class Measuring {
public:
    Measuring(const Step& step, const Options& options, const Ports& ports, const Run& run)
        : options_(options), ports_(ports), run_(run), item_{.step = step} {
        item_.at = ports.clock.now();
        item_.load_average = ports.load_average();
        // Never the same prompts twice, also of two measurements in a row.
        variation_ = static_cast<std::uint64_t>(item_.at.time_since_epoch().count()) / 1000;
    }

    Item run() {
        event(Event::Type::begin, "measuring");
        try {
            measure_all();
            item_.outcome = Outcome::measured;
        } catch (const Interrupted&) {
            item_.outcome = Outcome::interrupted;
        } catch (const Error& error) {
            item_.outcome = Outcome::failed;
            item_.error = error;
        }
        end();
        return std::move(item_);
    }

private:
    void measure_all() {
        item_.cold = cold_run();
        calibrate(*item_.cold);
        others_ = others();
        calibrate(valid_run("warming up", 1)); // outside the figures; the prompt's length is right afterwards
        while (item_.runs.size() < item_.step.runs) {
            const std::string which = "run " + std::to_string(item_.runs.size() + 1) + " of ";
            item_.runs.push_back(valid_run(which + std::to_string(item_.step.runs), item_.step.runs));
            note_others();
        }
    }

    Sample cold_run() {
        for (std::size_t tries = 1;; ++tries) {
            event(Event::Type::stage, "loading");
            unload(item_.step.name, item_.step.digest, ports_, run_.stop);
            if (const auto sample = once(std::nullopt)) return *sample;
            give_up_after(tries, 1);
        }
    }

    Sample valid_run(const std::string& stage, std::size_t of) {
        event(Event::Type::stage, stage);
        for (;;) {
            if (const auto sample = once(item_.cold->load)) return *sample;
            give_up_after(++lost_, of);
        }
    }

    // Of all runs together: one may need more than its share.
    void give_up_after(std::size_t lost, std::size_t of) const {
        if (lost < tries_per_run * of) return;
        throw Error(Kind::failed, counted(lost, "answer") + " of " + quoted(item_.step.name.display()) +
                                      " did not count, the last one: " + sentence(item_.flaws.back()))
            .hint("a model that ends its answers early can be measured with a smaller --tokens");
    }

    static std::string sentence(Flaw flaw) {
        std::string words(to_string(flaw));
        std::ranges::replace(words, '_', ' ');
        return words;
    }

    // One prompt. Nothing if it does not count.
    std::optional<Sample> once(std::optional<Duration> cold_load) {
        try {
            return ask(cold_load);
        } catch (const Error& error) {
            if (!worth_retrying(error.kind())) throw;
            item_.flaws.push_back(error.kind() == Kind::busy ? Flaw::busy : Flaw::broke_off);
            ports_.wait(std::max(wait_, error.retry_after().value_or(Duration{0})), run_.stop);
            wait_ = std::min(wait_ * 2, longest_wait);
            return std::nullopt;
        }
    }

    std::optional<Sample> ask(std::optional<Duration> cold_load) {
        const Step& step = item_.step;
        const auto words = static_cast<std::size_t>(
            std::max(1.0, std::round((static_cast<double>(step.prompt_tokens) - tokens_before_) / tokens_per_word_)));
        words_ = words;
        const ollama::Prompt prompt{.model = step.name,
                                    .text = prompt_text(words, variation_++),
                                    .load = {.num_ctx = step.num_ctx},
                                    .num_predict = step.tokens,
                                    .patience = options_.patience};
        std::optional<SteadyTime> first;
        const SteadyTime begin = ports_.clock.steady();
        const auto hear = [&](const Chunk& chunk) {
            if (!first && !(chunk.text.empty() && chunk.thinking.empty())) first = chunk.received;
            return Flow::go_on;
        };
        const Generated answer = ports_.server.generate(prompt, hear, run_.stop);
        const SteadyTime end = ports_.clock.steady();
        auto flaw = flaw_of(answer, step, cold_load);
        if (!flaw && !first) flaw = Flaw::no_metrics; // text that never came has no time
        if (!flaw && !is_loaded_as_asked()) flaw = Flaw::other_context;
        if (flaw) {
            item_.flaws.push_back(*flaw);
            return std::nullopt;
        }
        wait_ = first_wait;
        return Sample{*first - begin, end - begin,           *answer.load,  *answer.prompt_eval,
                      *answer.eval,   *answer.prompt_tokens, *answer.tokens};
    }

    // Also how much memory it takes. A server that does not say it (it may be loading another model) is taken at its
    // word for the context.
    bool is_loaded_as_asked() {
        now_running_ = ollama::running_if_told(ports_.server, run_.stop);
        if (!now_running_) return true;
        const ollama::Running* entry = rules::loaded_as(item_.step.name, item_.step.digest, *now_running_);
        if (entry == nullptr) return false;
        item_.memory = entry->size;
        item_.memory_gpu = entry->size_vram;
        return entry->context_length == 0 || entry->context_length == item_.step.num_ctx;
    }

    // The first time by the ratio, then by the line through both prompts: some tokens come with any prompt.
    void calibrate(const Sample& sample) {
        const auto words = static_cast<double>(words_), tokens = static_cast<double>(sample.prompt_tokens);
        // A prompt that filled the context was cut there: its count says nothing.
        const bool was_cut = last_tokens_ + 1 >= static_cast<double>(item_.step.num_ctx);
        if (calibrated_ && !was_cut && std::abs(words - last_words_) >= 1) {
            const double slope = (tokens - last_tokens_) / (words - last_words_);
            if (slope > 0.2 && slope < 20) {
                tokens_per_word_ = slope;
                tokens_before_ = tokens - slope * words;
                return;
            }
        }
        tokens_per_word_ = std::max(0.2, tokens / words);
        last_words_ = words;
        last_tokens_ = tokens;
        calibrated_ = true;
    }

    struct Other {
        ModelName name;
        std::optional<Time> expires;
        bool operator==(const Other&) const = default;
    };

    std::vector<Other> others() const {
        std::vector<Other> list;
        if (!now_running_) return list;
        const ollama::Running* own = rules::loaded_as(item_.step.name, item_.step.digest, *now_running_);
        for (const ollama::Running& each : *now_running_)
            if (&each != own) list.push_back({each.name, each.expires});
        return list;
    }

    // A model that is used expires later; one that comes was loaded by somebody. What goes has expired.
    void note_others() {
        const std::vector<Other> now = others();
        for (const Other& each : now) {
            if (std::ranges::find(others_, each) != others_.end()) continue;
            const std::string note = "another client used " + quoted(each.name.display()) + " meanwhile";
            if (std::ranges::find(item_.notes, note) == item_.notes.end()) item_.notes.push_back(note);
        }
        others_ = now;
    }

    void event(Event::Type type, const std::string& text) { tell(type, text, false); }

    void tell(Event::Type type, const std::string& text, bool failed) const {
        if (!run_.events) return;
        Event event{type, item_.step.name.display(), text, {}, {}};
        event.failed = failed;
        run_.events(event);
    }

    void end() {
        std::string text = "measured";
        if (item_.outcome != Outcome::measured) text = std::string(to_string(item_.outcome));
        if (!item_.flaws.empty()) text += ", " + counted(item_.flaws.size(), "run") + " done again";
        tell(Event::Type::end, text, item_.outcome != Outcome::measured);
    }

    const Options& options_;
    const Ports& ports_;
    const Run& run_;
    Item item_;
    std::uint64_t variation_ = 0;
    std::size_t words_ = 0, lost_ = 0;
    double tokens_per_word_ = usual_tokens_per_word, tokens_before_ = 0;
    double last_words_ = 0, last_tokens_ = 0;
    bool calibrated_ = false;
    Duration wait_ = first_wait;
    std::optional<std::vector<ollama::Running>> now_running_;
    std::vector<Other> others_;
};

} // namespace

Item measure(const Step& step, const Options& options, const Ports& ports, const Run& run) {
    return Measuring(step, options, ports, run).run();
}

} // namespace codemate::lifecycle::benchmark
