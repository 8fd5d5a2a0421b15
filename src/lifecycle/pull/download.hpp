#pragma once

#include "lifecycle/pull/allowance.hpp"
#include "lifecycle/pull/arrivals.hpp"
#include "lifecycle/pull/blocked.hpp"
#include "lifecycle/pull/retry.hpp"
#include "lifecycle/pull/stall.hpp"

#include "codemate/lifecycle/pull.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace codemate::lifecycle::pull {

class Freeing;

// What a download tells: each event of the server, and what is worth a line of its own.
struct Listener {
    std::function<void(const ollama::PullEvent&)> event;
    std::function<void(std::string)> note;
    std::function<void()> again = {}; // before an attempt that is not the first; may throw
};

// One model fetched by the server, with all its attempts: what breaks off or stands still is begun again, which goes on
// where it was. From a relay, what the server does not get from where it is redirected goes through the relay from then
// on.
class Download {
public:
    Download(ModelName source, ollama::Transport, const Options&, const Ports&, Freeing&, Listener);
    void from(relay::Relay&,
              std::atomic<bool>& carries); // it is a relay's name; `carries`: redirects are known not to work

    // What comes, where that is known: the stream is left where a layer's events tell another length.
    void expect(const Image&);
    void within(Allowance&); // leaves the stream when more has come than that allows for, and opens it again later

    // Throws what ended it: Error with the history of attempts as notes, of a carried layer what went wrong at its
    // source; Interrupted.
    void run(const Stop&);

    const std::vector<Attempt>& attempts() const { return attempts_; }
    bool stood_still_ = false; // the last attempt

private:
    enum class End { success, stalled, redirects_fail, hangs_on, ahead, wrong_extent };
    std::optional<Error> problem_of_attempt(Stall&, const Stop&);
    End attempt(Stall&, const Stop&);
    End attempts_at_rate(Stall&, const Stop&);
    bool is_ahead(const ollama::PullEvent&, const Arrivals&, SteadyTime now);
    void wait_for_allowance(const Stop&);
    void refuse_to_start_anew();
    void carry(const std::string& why);
    bool go_on_after(const Error&, const Stall&, SteadyTime began, const Stop&);
    bool wait_a_moment(const Stop&);
    bool is_unblocked(const Error&);
    bool is_wrong(const ollama::PullEvent&);
    bool is_freed(const Stop&);
    std::uint64_t asked() const;
    Error cause_of(const Error&) const;
    [[noreturn]] void give_up(Error) const;

    ModelName source_;
    ollama::Transport transport_;
    const Options& options_;
    const Ports& ports_;
    Freeing& freeing_;
    Listener listener_;
    relay::Relay* relay_ = nullptr;
    std::atomic<bool>* carries_ = nullptr;
    Retry retry_;
    int moments_ = 0, unblocked_ = 0;
    const Image* expected_ = nullptr;
    std::optional<WrongExtent> wrong_; // that the last stream was left for
    std::vector<Digest> freed_;        // of layers that were
    ByteCount came_;                   // in the attempt at hand
    Allowance* allowance_ = nullptr;
    ByteCount charged_; // of what came in it
    // Where the layer in hand was at the begin of this stream, and of the one that was left before it.
    struct Start {
        std::string layer;
        ByteCount completed;
    };
    Start start_, left_;
    int in_vain_ = 0; // streams in a row of which nothing was kept
    std::vector<Attempt> attempts_;
};

} // namespace codemate::lifecycle::pull
