// Several requests at once: what the server does with them all together, and how long each of them takes then.
#include "lifecycle/benchmark/measuring.hpp"

#include "codemate/base/parallel.hpp"
#include "codemate/base/text.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>

namespace codemate::lifecycle::benchmark {
namespace {

using state::Load;
using state::Sample;
using state::Served;

constexpr std::size_t tries_per_request = 6; // of all of them together, as with a model alone
constexpr Duration first_wait = std::chrono::milliseconds(100), longest_wait = std::chrono::seconds(10);
constexpr Duration patience_with_threads = std::chrono::seconds(5);

class Level {
public:
    Level(std::size_t in_flight, const Step& step, const Options& options, const Ports& ports, Prompts& prompts,
          const Run& run)
        : in_flight_(in_flight), wanted_(in_flight * step.runs), step_(step), options_(options), ports_(ports),
          prompts_(prompts), run_(run) {
        load_.in_flight = in_flight;
    }

    Load measure() {
        tell("warming up");
        // Opens the connections and fills the places that the server has.
        at_once([this](const Stop& stop) { warm_up(stop); });
        const SteadyTime begin = ports_.clock.steady();
        at_once([this](const Stop& stop) { work(stop); });
        load_.wall = ports_.clock.steady() - begin;
        for (const auto& [flaw, count] : lost_)
            load_.done_again.emplace(to_string(flaw), count);
        return std::move(load_);
    }

private:
    // In a thread each. What goes wrong in one of them ends the others, too.
    void at_once(const std::function<void(const Stop&)>& work) {
        std::stop_source all;
        const std::stop_callback with_the_user(run_.stop, [&all] { all.request_stop(); });
        std::exception_ptr failure;
        begun_ = 0;
        for_each_parallel(in_flight_, in_flight_, [&](std::size_t) {
            try {
                wait_for_the_others(all.get_token());
                work(all.get_token());
            } catch (const Interrupted&) { // the user's stop, or another one's failure
            } catch (...) {
                const std::lock_guard lock(mutex_);
                if (!failure) failure = std::current_exception();
                all.request_stop();
            }
        });
        throw_if_stopped(run_.stop);
        if (failure) std::rethrow_exception(failure);
    }

    // So many at once is what was asked for, and not as many as there happen to be threads.
    void wait_for_the_others(const Stop& stop) {
        std::unique_lock lock(mutex_);
        if (++begun_ == in_flight_) all_there_.notify_all();
        const bool all = all_there_.wait_for(lock, stop, patience_with_threads, [&] { return begun_ == in_flight_; });
        throw_if_stopped(stop);
        if (!all)
            throw Error(Kind::failed, "this system gave " + counted(begun_, "thread") + " of " +
                                          std::to_string(in_flight_) + " for as many requests at once")
                .hint("ask for fewer with --concurrency");
    }

    void warm_up(const Stop& stop) {
        try {
            ask(prompts_.next(), step_, options_, ports_, std::nullopt, stop);
        } catch (const Error& error) {
            if (!worth_retrying(error.kind())) throw;
        }
    }

    // As long as there are requests that nobody has begun. Queueing counts as loading with the server, so that it is no
    // flaw here.
    void work(const Stop& stop) {
        while (takes_one()) {
            Duration wait = first_wait;
            while (!once(wait, stop))
                wait = std::min(wait * 2, longest_wait);
        }
    }

    bool takes_one() {
        const std::lock_guard lock(mutex_);
        return taken_ < wanted_ && ++taken_ > 0;
    }

    // Whether it counts. A server that is full, or breaks off, is left alone for a while.
    bool once(Duration wait, const Stop& stop) {
        try {
            const Asked asked = ask(prompts_.next(), step_, options_, ports_, std::nullopt, stop);
            if (const auto* flaw = std::get_if<Flaw>(&asked)) return lost(*flaw);
            return keep(std::get<Sample>(asked));
        } catch (const Error& error) {
            if (!worth_retrying(error.kind())) throw;
            lost(error.kind() == Kind::busy ? Flaw::busy : Flaw::broke_off);
            ports_.wait(std::max(wait, error.retry_after().value_or(Duration{0})), stop);
            return false;
        }
    }

    bool keep(const Sample& sample) {
        const bool embeds = step_.task == Task::embed;
        const std::lock_guard lock(mutex_);
        load_.served.push_back({sample.first_byte.value_or(sample.total), embeds ? sample.total : sample.first_token,
                                sample.total, embeds ? sample.prompt_tokens : sample.tokens});
        if (load_.served.size() % in_flight_ == 0)
            tell(std::to_string(load_.served.size()) + " of " + std::to_string(wanted_));
        return true;
    }

    bool lost(Flaw flaw) {
        const std::lock_guard lock(mutex_);
        ++lost_[flaw];
        if (++all_lost_ >= tries_per_request * wanted_)
            throw Error(Kind::failed, counted(all_lost_, "answer") + " of " + quoted(step_.name.display()) +
                                          " did not count, the last one: " + words(flaw))
                .hint("ask for fewer requests at once with --concurrency");
        return false;
    }

    void tell(const std::string& what) const {
        if (!run_.events) return;
        const std::string text = counted(in_flight_, "request") + " at once: " + what;
        run_.events({Event::Type::stage, step_.name.display(), text, {}, {}});
    }

    const std::size_t in_flight_, wanted_;
    const Step& step_;
    const Options& options_;
    const Ports& ports_;
    Prompts& prompts_;
    const Run& run_;

    std::mutex mutex_; // of everything below
    std::condition_variable_any all_there_;
    std::size_t begun_ = 0, taken_ = 0, all_lost_ = 0;
    std::map<Flaw, std::uint64_t> lost_;
    Load load_;
};

} // namespace

Load measure_load(std::size_t in_flight, const Step& step, const Options& options, const Ports& ports, Prompts& prompts,
                  const Run& run) {
    return Level(in_flight, step, options, ports, prompts, run).measure();
}

} // namespace codemate::lifecycle::benchmark
