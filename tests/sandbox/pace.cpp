#include "sandbox/pace.hpp"

#include "sandbox/handlers.hpp"

#include "codemate/base/time.hpp"

#include <mutex>

namespace codemate::sandbox {
namespace {

using std::chrono::nanoseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr nanoseconds looking_up = std::chrono::milliseconds(2); // a model that is loaded already

nanoseconds span(std::uint64_t tokens, std::uint64_t rate) {
    return nanoseconds(tokens * 1'000'000'000 / rate);
}

nanoseconds since(SteadyClock::time_point begin) {
    return std::chrono::duration_cast<nanoseconds>(SteadyClock::now() - begin);
}

} // namespace

// How fast it is: what the faults say, else some speed of a small model.
nanoseconds Pace::load() const {
    return duration("load-time", std::chrono::milliseconds(30));
}

nanoseconds Pace::prefill(std::uint64_t tokens) const {
    return span(tokens, number("prefill-rate", 20'000));
}

nanoseconds Pace::decode(std::uint64_t tokens) const {
    return span(tokens, number("decode-rate", 2'000));
}

nanoseconds Pace::first_token() const {
    return duration("token-stall", nanoseconds(0));
}

Runners::Limits Pace::limits() const {
    const Runners::Limits usual;
    return {number("parallel", usual.parallel), number("queue", usual.queue)};
}

std::uint64_t Pace::number(std::string_view fault, std::uint64_t usual) const {
    const auto set = world_.faults.strike(fault, occasion_);
    return set ? std::stoull(set->value) : usual;
}

nanoseconds Pace::duration(std::string_view fault, nanoseconds usual) const {
    const auto set = world_.faults.strike(fault, occasion_);
    return set ? parse_duration(set->value) : usual;
}

nanoseconds Place::load(World& world, const Loaded& model, const Pace& pace) {
    // Who finds a model that is being loaded waits, too. Without any waiting the figures are what the faults say.
    const auto asked = SteadyClock::now();
    std::unique_lock one_at_a_time(world.loading, std::try_to_lock);
    nanoseconds waited = queued_;
    if (!one_at_a_time.owns_lock()) {
        one_at_a_time.lock();
        waited += since(asked);
    }
    const bool again = world.running.load(model) == Running::Was::loaded_now;
    if (!again && !pace.strikes("reload")) return looking_up + waited;
    runner().prompt.clear();
    world.runners.forget_prompts(model.weights);
    const auto time = pace.load();
    wait_until(world, SteadyClock::now() + time);
    return time + waited;
}

std::shared_ptr<Place> take_place(World& world, const Loaded& model, const Pace& pace, const Request& request) {
    const auto asked = SteadyClock::now();
    try {
        auto turn = world.runners.turn(
            model.weights, pace.limits(), [&] { return request.abandoned(); }, world.stop.get_token());
        if (request.abandoned()) throw Runners::Abandoned(); // it loads nothing for nobody
        const nanoseconds queued = turn.waited() ? since(asked) : nanoseconds(0);
        return std::make_shared<Place>(std::move(turn), queued);
    } catch (const Runners::QueueFull&) {
        throw Refusal{503, "server busy, please try again.  maximum pending requests exceeded"};
    } catch (const Runners::Abandoned&) {
        throw Refusal{499, "request canceled"};
    }
}

void wait_until(World& world, SteadyClock::time_point time) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(time - SteadyClock::now());
    if (left.count() > 0) wait_for(left, world.stop.get_token());
}

} // namespace codemate::sandbox
