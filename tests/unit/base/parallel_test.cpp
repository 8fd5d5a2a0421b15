#include "support/catch.hpp"

#include "codemate/base/parallel.hpp"

#include <atomic>
#include <barrier>
#include <stdexcept>
#include <vector>

using codemate::for_each_parallel;

TEST_CASE("every index once, whatever the number of workers") {
    const std::size_t workers = GENERATE(0U, 1U, 3U, 100U);
    const std::size_t count = GENERATE(0U, 1U, 7U);
    std::vector<std::atomic<int>> calls(count);
    for_each_parallel(count, workers, [&](std::size_t index) { ++calls[index]; });
    for (const auto& each : calls)
        CHECK(each == 1);
}

TEST_CASE("calls run at the same time") {
    std::barrier all_here(4); // would wait for ever if one thread did them in turn
    for_each_parallel(4, 4, [&](std::size_t) { all_here.arrive_and_wait(); });
}

TEST_CASE("a failure ends the rest and is thrown") {
    std::atomic<int> calls{0};
    const auto fail = [&](std::size_t index) {
        ++calls;
        if (index == 2) throw std::runtime_error("third");
    };
    CHECK_THROWS_WITH(for_each_parallel(1000, 1, fail), "third");
    CHECK(calls == 3);
}
