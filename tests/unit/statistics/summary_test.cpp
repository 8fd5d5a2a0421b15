#include "support/catch.hpp"

#include "codemate/statistics/summary.hpp"

#include <algorithm>
#include <cmath>
#include <random>

using namespace codemate::statistics;

namespace {

const std::vector<double> ten{12.1, 11.4, 13.9, 12.7, 11.9, 12.2, 15.0, 12.4, 11.8, 12.0};

bool near(double a, double b) {
    return std::abs(a - b) < 1e-9;
}

} // namespace

TEST_CASE("quantiles, as Python's statistics.quantiles(method='inclusive') has them") {
    CHECK(near(quantile(ten, 0), 11.4));
    CHECK(near(quantile(ten, 0.25), 11.925));
    CHECK(near(quantile(ten, 0.75), 12.625));
    CHECK(near(quantile(ten, 0.9), 14.01));
    CHECK(near(quantile(ten, 1), 15));
    CHECK(near(median(ten), 12.15));
    CHECK(near(median(std::vector<double>{3, 1, 2}), 2));
    CHECK(near(median(std::vector<double>{7}), 7));
}

TEST_CASE("a summary says no percentile that its count does not allow") {
    CHECK_FALSE(summarise({}, 1));
    const auto of_ten = summarise(ten, 1);
    REQUIRE(of_ten);
    CHECK(of_ten->count == 10);
    CHECK(near(of_ten->spread, 0.7 / 12.15));
    CHECK((of_ten->p90 && near(*of_ten->p90, 14.01)));
    CHECK_FALSE(of_ten->p95);
    CHECK_FALSE(of_ten->p99);
    std::vector<double> hundred;
    for (int i = 1; i <= 100; ++i)
        hundred.push_back(i);
    const auto of_hundred = summarise(hundred, 1);
    CHECK(near(*of_hundred->p95, 95.05));
    CHECK(near(*of_hundred->p99, 99.01));
    CHECK_FALSE(summarise(std::vector<double>(9, 1.0), 1)->p90);
    CHECK_FALSE(median_interval(std::vector<double>{1, 2}, 1));
}

TEST_CASE("the interval of a median: the same for the same seed, around the median, right nineteen times in twenty") {
    CHECK(median_interval(ten, 5) == median_interval(ten, 5));
    std::mt19937_64 random(11);
    std::normal_distribution<double> noise(100, 5);
    int held = 0;
    constexpr int worlds = 300;
    for (int world = 0; world < worlds; ++world) {
        std::vector<double> values(20);
        std::ranges::generate(values, [&] { return noise(random); });
        const auto interval = median_interval(values, static_cast<std::uint64_t>(world));
        REQUIRE(interval);
        CHECK(interval->low <= median(values));
        CHECK(interval->high >= median(values));
        held += interval->low <= 100 && interval->high >= 100 ? 1 : 0;
    }
    CHECK(held > worlds * 88 / 100);
    CHECK(held < worlds);
}
