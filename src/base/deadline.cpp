#include "codemate/base/deadline.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace codemate {
namespace {

// True where it was stopped before.
bool wait(Duration period, const Stop& stop) {
    std::mutex mutex;
    std::condition_variable_any nobody_calls;
    std::unique_lock lock(mutex);
    nobody_calls.wait_for(lock, stop, period, [] { return false; });
    return stop.stop_requested();
}

} // namespace

Deadline::Deadline(Stop stop, Duration period) {
    timer_ = std::jthread([source = source_, stop = std::move(stop), period](const std::stop_token& ended) mutable {
        // The user's stop ends the wait, as the destructor's does.
        std::stop_source wake;
        const std::stop_callback on_stop(stop, [&] { wake.request_stop(); });
        const std::stop_callback on_end(ended, [&] { wake.request_stop(); });
        wait(period, wake.get_token());
        if (!ended.stop_requested()) source.request_stop();
    });
}

void pause(Duration period, const Stop& stop) {
    wait(period, stop);
    throw_if_stopped(stop);
}

} // namespace codemate
