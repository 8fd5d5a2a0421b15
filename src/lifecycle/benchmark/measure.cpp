#include "lifecycle/benchmark/measuring.hpp"

#include "codemate/base/text.hpp"
#include "codemate/rules/loaded.hpp"

#include <algorithm>

namespace codemate::lifecycle::benchmark {
namespace {

using state::Sample;

constexpr std::size_t tries_per_run = 6; // a tiny model may lose two answers of three (it repeats itself)
constexpr Duration first_wait = std::chrono::milliseconds(500), longest_wait = std::chrono::seconds(30);

class Measuring {
public:
    // Never the same prompts twice, also of two measurements in a row: they go by the time.
    Measuring(const Step& step, const Options& options, const Ports& ports, const Run& run)
        : options_(options), ports_(ports), run_(run), item_{.step = step, .at = ports.clock.now()},
          prompts_(item_.step, options, static_cast<std::uint64_t>(item_.at.time_since_epoch().count()) / 1000) {
        item_.load_average = ports.load_average();
    }

    // From here on each step does nothing where one before it has failed.
    void prepare() {
        event(Event::Type::begin, "measuring");
        attempt([&] {
            item_.cold = cold_run();
            count_own_prompt();
            prompts_.learn(item_.cold->prompt_tokens);
            others_ = others();
            // Outside the figures; the prompt's length is right afterwards.
            prompts_.learn(valid_run("warming up", 1).prompt_tokens);
        });
    }

    bool wants_more() const { return is_well() && item_.runs.size() < item_.step.runs; }

    void measure_once() {
        attempt([&] {
            const std::string which = "run " + std::to_string(item_.runs.size() + 1) + " of ";
            item_.runs.push_back(valid_run(which + std::to_string(item_.step.runs), item_.step.runs));
            note_others();
        });
    }

    void give_up(const Error& error) {
        if (!is_well()) return;
        item_.outcome = Outcome::failed;
        item_.error = error;
    }
    bool is_well() const { return item_.outcome == Outcome::not_started; }
    const std::optional<Error>& error() const { return item_.error; }

    Item finish() {
        attempt([&] { measure_loads(); });
        if (is_well()) item_.outcome = Outcome::measured;
        end();
        return std::move(item_);
    }

private:
    template<typename Act>
    void attempt(Act&& act) {
        if (!is_well()) return;
        try {
            act();
        } catch (const Interrupted&) {
            item_.outcome = Outcome::interrupted;
        } catch (const Error& error) {
            give_up(error);
        }
    }

    // What does not fit the server cuts, without a word: a prompt that fills the context may have been longer.
    void count_own_prompt() {
        Step& step = item_.step;
        if (!options_.prompt) return;
        step.prompt_tokens = item_.cold->prompt_tokens;
        if (step.prompt_tokens + std::max<std::uint64_t>(step.tokens, 1) <= step.num_ctx) return;
        const std::string answer =
            step.task == Task::embed ? "" : " with " + counted(step.tokens, "token") + " of answer";
        throw Error(Kind::usage, "the prompt does not fit into a context of " + std::to_string(step.num_ctx) + answer)
            .hint("ask for more context with --num-ctx, or give a shorter prompt");
    }

    // The figures of the model alone stand also where the server does not bear more; what is more is not tried then.
    void measure_loads() {
        for (const std::size_t in_flight : item_.step.concurrency) {
            try {
                state::Load load = measure_load(in_flight, item_.step, options_, ports_, prompts_, run_);
                if (!is_loaded_as_asked())
                    throw Error(Kind::failed, "another client had it loaded with another context meanwhile");
                item_.loads.push_back(std::move(load));
            } catch (const Error& error) {
                item_.error = error;
                item_.error->context("with " + counted(in_flight, "request") + " at once");
                return;
            }
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
                                      " did not count, the last one: " + words(item_.flaws.back()))
            .hint("a model that ends its answers early can be measured with a smaller --tokens");
    }

    // One prompt. Nothing if it does not count.
    std::optional<Sample> once(std::optional<Duration> cold_load) {
        try {
            return ask_once(cold_load);
        } catch (const Error& error) {
            if (!worth_retrying(error.kind())) throw;
            item_.flaws.push_back(error.kind() == Kind::busy ? Flaw::busy : Flaw::broke_off);
            ports_.wait(std::max(wait_, error.retry_after().value_or(Duration{0})), run_.stop);
            wait_ = std::min(wait_ * 2, longest_wait);
            return std::nullopt;
        }
    }

    std::optional<Sample> ask_once(std::optional<Duration> cold_load) {
        const Asked asked = ask(prompts_.next(), item_.step, options_, ports_, cold_load, run_.stop);
        const Sample* sample = std::get_if<Sample>(&asked);
        if (sample == nullptr || !is_loaded_as_asked()) {
            item_.flaws.push_back(sample == nullptr ? std::get<Flaw>(asked) : Flaw::other_context);
            return std::nullopt;
        }
        wait_ = first_wait;
        return *sample;
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
        std::string name = item_.step.name.display();
        if (options_.names_server) name += " at " + options_.server;
        Event event{type, std::move(name), text, {}, {}};
        event.failed = failed;
        run_.events(event);
    }

    void end() {
        std::string text = "measured";
        if (item_.outcome != Outcome::measured) text = std::string(to_string(item_.outcome));
        if (!item_.flaws.empty()) text += ", " + counted(item_.flaws.size(), "run") + " done again";
        tell(Event::Type::end, text, item_.outcome != Outcome::measured || item_.error);
    }

    const Options& options_;
    const Ports& ports_;
    const Run& run_;
    Item item_;
    Prompts prompts_;
    std::size_t lost_ = 0;
    Duration wait_ = first_wait;
    std::optional<std::vector<ollama::Running>> now_running_;
    std::vector<Other> others_;
};

} // namespace

Item measure(const Step& step, const Options& options, const Ports& ports, const Run& run) {
    Measuring measuring(step, options, ports, run);
    measuring.prepare();
    while (measuring.wants_more())
        measuring.measure_once();
    return measuring.finish();
}

Pair measure_in_turn(const Step& here, const Step& there, const Side& one, const Side& other, const Run& run) {
    Measuring a(here, one.options, one.ports, run), b(there, other.options, other.ports, run);
    a.prepare();
    b.prepare();
    while (a.wants_more() && b.wants_more()) {
        a.measure_once();
        b.measure_once();
    }
    const auto follow = [](Measuring& well, const Measuring& failed, const std::string& where) {
        if (failed.error()) well.give_up(Error(failed.error()->kind(), "it was not measured at " + where));
    };
    const bool a_is_well = a.is_well();
    if (a_is_well) follow(a, b, other.options.server);
    if (!a_is_well) follow(b, a, one.options.server);
    return {a.finish(), b.finish()};
}

} // namespace codemate::lifecycle::benchmark
