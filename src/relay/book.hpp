#pragma once

#include "relay/front.hpp"
#include "relay/pace.hpp"

#include "codemate/base/run.hpp"
#include "codemate/relay/relay.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

namespace codemate::relay {

// What a relay's threads have in common: what has happened so far, and what is agreed on. Any thread may call.
class Book {
public:
    explicit Book(std::shared_ptr<Pace> pace); // nullptr: as fast as it goes

    void note(const Reply&);
    void note_refused_connection();
    void note_carried(ByteCount); // before they go: who has them all must find them counted
    void note_lost(ByteCount);    // of these
    void note_failure(Error);

    void carry_everything() { redirects_ = Front::Redirects::never; }
    Front::Redirects redirects() const { return redirects_; }

    bool reached() const { return reached_; }
    Traffic traffic() const;
    std::optional<Error> failure() const;

    // How many of so many bytes may go at once; waits until they may. Throws Interrupted.
    ByteCount wait_for_turn(ByteCount, const Stop&);

private:
    std::atomic<Front::Redirects> redirects_;
    std::atomic<bool> reached_ = false;
    std::atomic<std::uint64_t> carried_ = 0;
    mutable std::mutex mutex_;
    Traffic traffic_; // but for what is carried
    std::optional<Error> failure_;
    const std::shared_ptr<Pace> pace_;
};

} // namespace codemate::relay
