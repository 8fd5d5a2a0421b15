#include "support/catch.hpp"

#include "codemate/base/grace.hpp"

#include <condition_variable>
#include <mutex>

using namespace codemate;
using namespace std::chrono_literals;

namespace {

void wait_for_stop(const Stop& stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    never.wait(lock, stop, [] { return false; });
}

} // namespace

TEST_CASE("the later stop comes after the user's, not before") {
    std::stop_source user;
    const Grace grace(user.get_token(), 1ms);
    CHECK_FALSE(grace.stop().stop_requested());
    user.request_stop();
    wait_for_stop(grace.stop()); // would wait for ever
    CHECK(grace.stop().stop_requested());
}

TEST_CASE("work that ends within the period is not stopped, and nobody waits for its rest") {
    std::stop_source user;
    const auto began = std::chrono::steady_clock::now();
    {
        const Grace grace(user.get_token(), 1h);
        user.request_stop();
        CHECK_FALSE(grace.stop().stop_requested());
    }
    CHECK(std::chrono::steady_clock::now() - began < 10min);
}

TEST_CASE("without a user who can stop there is no later stop") {
    const Grace grace(Stop{}, 1ms);
    CHECK_FALSE(grace.stop().stop_requested());
}
