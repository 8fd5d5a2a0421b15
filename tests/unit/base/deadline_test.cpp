#include "support/catch.hpp"

#include "codemate/base/deadline.hpp"

#include <condition_variable>
#include <mutex>

using namespace codemate;
using namespace std::chrono_literals;

namespace {

// Until it comes, however long that takes.
void wait_for(const Stop& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait(lock, stop, [] { return false; });
}

} // namespace

TEST_CASE("a deadline comes after its time") {
    const Deadline deadline({}, 1ms);
    wait_for(deadline.stop());
    CHECK(deadline.stop().stop_requested());
}

TEST_CASE("a deadline comes with the user's stop") {
    std::stop_source user;
    if (GENERATE(false, true)) user.request_stop(); // it may have come before
    const Deadline deadline(user.get_token(), 1h);
    user.request_stop();
    wait_for(deadline.stop());
    CHECK(deadline.stop().stop_requested());
}

TEST_CASE("a deadline that is not waited for holds nobody up") {
    Stop stop;
    {
        const Deadline deadline({}, 1h);
        stop = deadline.stop();
    }
    CHECK_FALSE(stop.stop_requested());
}

TEST_CASE("a pause ends with its time, or at once with a stop") {
    pause(1ms, {});
    std::stop_source user;
    user.request_stop();
    CHECK_THROWS_AS(pause(1h, user.get_token()), Interrupted);
}
