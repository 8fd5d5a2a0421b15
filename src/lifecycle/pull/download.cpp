#include "lifecycle/pull/download.hpp"

#include "lifecycle/pull/blocked.hpp"
#include "lifecycle/pull/freeing.hpp"
#include "lifecycle/pull/waiting_layer.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::lifecycle::pull {
namespace {

using namespace std::chrono_literals;
using ollama::Flow;
using ollama::PullEnd;
using ollama::PullEvent;

constexpr Duration moment = 250ms;
constexpr int most_moments = 20;
constexpr int most_unblocked = 10; // layers of a model

bool may_come_of_a_redirect(Kind kind) {
    return kind == Kind::unreachable || kind == Kind::damaged || kind == Kind::protocol || kind == Kind::failed;
}

// What became of the attempts, one line each; of more than two in a row that brought nothing for the same reason, one
// for all.
void add_history(Error& error, const std::vector<Attempt>& attempts) {
    for (std::size_t first = 0; first < attempts.size();) {
        const Attempt& attempt = attempts[first];
        const auto differs = [&](const Attempt& other) {
            return other.reason != attempt.reason || other.came != ByteCount();
        };
        const auto begin = attempts.begin() + static_cast<std::ptrdiff_t>(first);
        const std::size_t equal = static_cast<std::size_t>(std::find_if(begin, attempts.end(), differs) - begin);
        const std::size_t count = equal > 2 ? equal : 1;
        Duration took{0};
        for (std::size_t i = first; i < first + count; ++i)
            took += attempts[i].took;
        const std::string all = std::to_string(first + 1) + " to " + std::to_string(first + count);
        error.note((count > 1 ? "attempts " + all : "attempt " + std::to_string(first + 1)) + ": " +
                   to_string(attempt.came) + " in " + to_text(took) +
                   (count > 1 ? " altogether, each time " : ", then ") + attempt.reason);
        first += count;
    }
}

} // namespace

Download::Download(ModelName source, ollama::Transport transport, const Options& options, const Ports& ports,
                   Freeing& freeing, Listener listener)
    : source_(std::move(source)), transport_(transport), options_(options), ports_(ports), freeing_(freeing),
      listener_(std::move(listener)), retry_(options.retries) {}

void Download::from(relay::Relay& relay, std::atomic<bool>& carries) {
    relay_ = &relay;
    carries_ = &carries;
    if (carries) relay.carry_everything();
}

void Download::expect(const Image& image) {
    expected_ = &image;
}

void Download::within(Allowance& allowance) {
    allowance_ = &allowance;
}

void Download::run(const Stop& stop) {
    for (;;) {
        Stall stall(options_.stall_timeout);
        const SteadyTime began = ports_.clock.steady();
        const std::optional<Error> problem = problem_of_attempt(stall, stop);
        if (!problem) return;
        if (!go_on_after(*problem, stall, began, stop)) give_up(cause_of(*problem));
        if (listener_.again) listener_.again();
    }
}

// Nothing where the model is there.
std::optional<Error> Download::problem_of_attempt(Stall& stall, const Stop& stop) {
    stood_still_ = false;
    try {
        switch (attempts_at_rate(stall, stop)) {
        case End::ahead:
        case End::success:
            return std::nullopt;
        case End::redirects_fail:
            return Error(Kind::unreachable, "nothing comes from there");
        case End::wrong_extent:
            return Error(Kind::damaged,
                         "the server takes something else for its " + std::string(to_string(wrong_->layer.role)));
        case End::hangs_on:
            return Error(Kind::unreachable, "the server waits for another download of that layer (context canceled)");
        case End::stalled:
            break;
        }
        stood_still_ = true;
        return Error(Kind::unreachable, "nothing has come for " + to_text(stall.limit()))
            .hint("what was fetched stays on the server: pull again, or give it more time with --stall-timeout");
    } catch (const Error& error) {
        return error;
    }
}

Download::End Download::attempts_at_rate(Stall& stall, const Stop& stop) {
    for (;;) {
        const End end = attempt(stall, stop);
        if (end != End::ahead) return end;
        refuse_to_start_anew();
        wait_for_allowance(stop);
        moments_ = 0;
        stall = Stall(options_.stall_timeout);
    }
}

// Whether to leave the stream. A layer that is complete is left alone, and so is what comes after the last one.
bool Download::is_ahead(const PullEvent& event, const Arrivals& arrivals, SteadyTime now) {
    if (event.stage == PullEvent::Stage::layer && event.layer_name != start_.layer)
        start_ = {event.layer_name, event.completed};
    const ByteCount fetched = arrivals.seen_fetched();
    allowance_->came(fetched - charged_, now);
    charged_ = std::max(charged_, fetched);
    return event.stage == PullEvent::Stage::layer && event.completed < event.total && allowance_->is_spent(now);
}

void Download::wait_for_allowance(const Stop& stop) {
    for (;;) {
        const Duration owed = allowance_->owed(ports_.clock.steady());
        if (owed <= Duration{0}) return;
        ports_.wait(std::min(owed, moment), stop);
        PullEvent silence;
        silence.stage = PullEvent::Stage::silence;
        listener_.event(silence);
    }
}

// A server that keeps nothing of what came would be asked for the same bytes for ever.
void Download::refuse_to_start_anew() {
    const bool in_vain = start_.layer == left_.layer && start_.completed <= left_.completed;
    in_vain_ = in_vain ? in_vain_ + 1 : 0;
    left_ = start_;
    if (in_vain_ <= options_.retries) return;
    throw Error(Kind::unsupported, "the server keeps nothing of a layer whose stream is left, so that no rate can be "
                                   "held by leaving it")
        .hint("pull without --limit-rate, or let the server get to codemate (--relay-port)");
}

Download::End Download::attempt(Stall& stall, const Stop& stop) {
    WaitingLayer waiting;
    const std::uint64_t asked_before = asked();
    Arrivals arrivals(ports_.clock.steady());
    End why = End::success;
    const auto on = [&](const PullEvent& event) {
        listener_.event(event);
        const SteadyTime now = ports_.clock.steady();
        arrivals.on(event, now);
        came_ = arrivals.seen_moving();
        if (stall.on(event, now)) why = End::stalled;
        if (is_wrong(event)) why = End::wrong_extent;
        if (allowance_ != nullptr && is_ahead(event, arrivals, now)) why = End::ahead;
        if (relay_ != nullptr && waiting.too_long(event, now)) {
            if (asked() == asked_before)
                why = End::hangs_on;
            else if (!*carries_ && relay_->traffic().redirected > 0)
                why = End::redirects_fail;
        }
        return why == End::success ? Flow::go_on : Flow::drop;
    };
    came_ = charged_ = ByteCount();
    start_ = {};
    wrong_.reset();
    return ports_.server.pull(source_, transport_, on, stop) == PullEnd::success ? End::success : why;
}

// Of each layer once: what comes of it in spite of all is found out by its digest.
bool Download::is_wrong(const PullEvent& event) {
    if (expected_ == nullptr) return false;
    auto wrong = wrong_extent(event, *expected_);
    if (!wrong || std::ranges::find(freed_, wrong->layer.digest) != freed_.end()) return false;
    wrong_ = std::move(wrong);
    return true;
}

// The server ends its download a little later than the stream that it was for.
bool Download::is_freed(const Stop& stop) {
    if (!wrong_) return false;
    ports_.wait(moment, stop);
    freed_.push_back(wrong_->layer.digest);
    return freeing_.after_wrong_extent(*wrong_, *expected_);
}

void Download::carry(const std::string& why) {
    diagnostics::info("redirects do not work: " + why);
    listener_.note("the server does not get to where the layers are; they go through codemate");
    relay_->carry_everything();
    *carries_ = true;
}

// For a layer's bytes.
std::uint64_t Download::asked() const {
    return relay_ == nullptr ? 0 : relay_->traffic().redirected + relay_->traffic().carried_requests;
}

// The server's download of a layer ends a little later than the stream that it was for (facts.md 3.5).
bool Download::wait_a_moment(const Stop& stop) {
    if (moments_++ >= most_moments) return false;
    ports_.wait(moment, stop);
    return true;
}

// A relay whose source breaks off looks the same to the server.
bool Download::is_unblocked(const Error& error) {
    if (!may_be_blocked(error) || unblocked_ >= most_unblocked) return false;
    if (relay_ != nullptr && relay_->failure()) return false;
    if (!freeing_.after_refusal(expected_)) return false;
    ++unblocked_;
    return true;
}

bool Download::go_on_after(const Error& error, const Stall& stall, SteadyTime began, const Stop& stop) {
    const bool is_just_ending = error.message().find("context canceled") != std::string::npos;
    if (is_just_ending && wait_a_moment(stop)) return true;
    if (is_freed(stop) || is_unblocked(error)) return true;
    const bool redirected = relay_ != nullptr && !*carries_ && relay_->traffic().redirected > 0;
    if (redirected && may_come_of_a_redirect(error.kind())) {
        carry(error.message());
        return true;
    }
    const Error cause = cause_of(error);
    const auto wait = retry_.next(cause, stall.moved(), ports_.random());
    attempts_.push_back(
        {cause.message(), came_, ports_.clock.steady() - began, wait.value_or(Duration{0}), stood_still_});
    if (!wait) return false;
    const bool as_before = attempts_.size() > 1 && (attempts_.end() - 2)->reason == cause.message();
    listener_.note("attempt " + std::to_string(attempts_.size() + 1) + " in " + to_text(*wait) + ": " +
                   (as_before ? "the same again" : cause.message()));
    ports_.wait(*wait, stop);
    return true;
}

// The server sees only that a carried layer breaks off.
Error Download::cause_of(const Error& error) const {
    const auto cause = relay_ == nullptr ? std::nullopt : relay_->failure();
    if (!cause) return error;
    Error told(cause->kind(), "its source failed: " + cause->message());
    if (const auto wait = cause->retry_after()) told.retry_after(*wait);
    told.note("the server's own words: " + error.message());
    return told.hint(cause->hint());
}

void Download::give_up(Error error) const {
    if (attempts_.size() > 1) add_history(error, attempts_);
    throw error;
}

} // namespace codemate::lifecycle::pull
