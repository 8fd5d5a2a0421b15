#include "support/catch.hpp"

#include "codemate/statistics/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace codemate::statistics;
using Values = std::vector<double>;

namespace {

bool near(double a, double b) {
    return std::abs(a - b) < 1e-9;
}

struct Noise {
    std::mt19937_64 random{2026};
    Values runs(double middle, std::size_t count = 10) {
        std::normal_distribution<double> noise(middle, middle * 0.05);
        Values values(count);
        std::ranges::generate(values, [&] { return noise(random); });
        return values;
    }
};

} // namespace

TEST_CASE("the chance, counted over all orders by brute force elsewhere") {
    CHECK(near(chance_of_slower(Values{1, 2, 3, 4, 5}, Values{6, 7, 8, 9, 10}), 1.0 / 252));
    CHECK(near(chance_of_slower(Values{1, 3, 5, 7, 9}, Values{2, 4, 6, 8, 10}), 87.0 / 252));
    CHECK(near(chance_of_slower(Values{3, 1.5, 2.2, 8, 4.1, 6}, Values{2.5, 9, 7, 5.5, 4.4}), 76.0 / 462));
    CHECK(near(chance_of_slower(Values{5, 6}, Values{1, 2, 3}), 1));
}

TEST_CASE("with equal values, and many, the normal distribution is near the exact one") {
    CHECK(chance_of_slower(Values(8, 1.0), Values(8, 1.0)) > 0.4);
    CHECK(chance_of_slower(Values{1, 1, 2, 2, 3}, Values{4, 4, 5, 5, 6}) < 0.01);
    Noise noise;
    const Values before = noise.runs(100, 20), now = noise.runs(102, 20);
    Values with_tie = now;
    with_tie.push_back(with_tie.back());
    CHECK(std::abs(chance_of_slower(before, with_tie) - chance_of_slower(before, now)) < 0.06);
}

TEST_CASE("the typical ratio is not moved by one run that was disturbed") {
    CHECK(near(typical_ratio(Values{100, 100, 100}, Values{110, 110, 110}), 1.1));
    CHECK(near(typical_ratio(Values{100, 100, 100}, Values{110, 110, 11000}), 1.1));
}

TEST_CASE("fewer than five runs a side are no verdict") {
    CHECK(compare(Values{1, 2, 3, 4}, Values{5, 6, 7, 8, 9}).change == Change::too_few);
    CHECK(compare(Values{}, Values{5}).change == Change::too_few);
    CHECK_FALSE(fails_gate(compare(Values{1, 2, 3, 4}, Values{50, 60, 70, 80, 90}), 0.1));
    CHECK(compare(Values{1, 2, 3, 4, 5}, Values{6, 7, 8, 9, 10}).change == Change::worse);
    CHECK(compare(Values{6, 7, 8, 9, 10}, Values{1, 2, 3, 4, 5}).change == Change::better);
}

TEST_CASE("the gate over a thousand cases of ten and ten runs at 5 % noise") {
    Noise noise;
    int equal_failed = 0, slower_failed = 0, within_failed = 0;
    for (int i = 0; i < 1000; ++i) {
        equal_failed += fails_gate(compare(noise.runs(100), noise.runs(100)), 0.1) ? 1 : 0;
        within_failed += fails_gate(compare(noise.runs(100), noise.runs(105)), 0.1) ? 1 : 0;
        slower_failed += fails_gate(compare(noise.runs(100), noise.runs(115)), 0.1) ? 1 : 0;
    }
    INFO(equal_failed << " " << within_failed << " " << slower_failed);
    CHECK(equal_failed <= 50);
    CHECK(within_failed <= 50);
    CHECK(slower_failed >= 950);
}
