#include "codemate/base/grace.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace codemate {

Grace::Grace(Stop stop, Duration period) {
    if (!stop.stop_possible()) return;
    timer_ = std::jthread([later = later_, stop = std::move(stop), period](const std::stop_token& ended) mutable {
        std::mutex mutex;
        std::condition_variable_any wake;
        // Made before the lock is taken: where the stop has been requested already it is called at once, in this
        // thread.
        const std::stop_callback on_stop(stop, [&] {
            const std::lock_guard guard(mutex);
            wake.notify_all();
        });
        std::unique_lock lock(mutex);
        wake.wait(lock, ended, [&] { return stop.stop_requested(); });
        if (ended.stop_requested()) return;
        wake.wait_for(lock, ended, period, [] { return false; });
        if (!ended.stop_requested()) later.request_stop();
    });
}

} // namespace codemate
