#include "codemate/statistics/summary.hpp"

#include <algorithm>
#include <cmath>
#include <random>

namespace codemate::statistics {
namespace {

double quantile_of_sorted(std::span<const double> sorted, double share) {
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (sorted[above] - sorted[below]) * (place - std::floor(place));
}

std::vector<double> sorted(std::span<const double> values) {
    std::vector<double> all(values.begin(), values.end());
    std::ranges::sort(all);
    return all;
}

} // namespace

double quantile(std::span<const double> values, double share) {
    return quantile_of_sorted(sorted(values), share);
}

double median(std::span<const double> values) {
    return quantile(values, 0.5);
}

std::optional<Interval> median_interval(std::span<const double> values, std::uint64_t seed) {
    constexpr std::size_t draws = 2000;
    if (values.size() < 3) return std::nullopt;
    std::mt19937_64 random(seed); // its numbers are the standard's; those of the standard's distributions are not
    std::vector<double> medians, drawn(values.size());
    for (std::size_t i = 0; i < draws; ++i) {
        for (double& value : drawn)
            value = values[random() % values.size()];
        medians.push_back(median(drawn));
    }
    std::ranges::sort(medians);
    return Interval{quantile_of_sorted(medians, 0.025), quantile_of_sorted(medians, 0.975)};
}

std::optional<Summary> summarise(std::span<const double> values, std::uint64_t seed) {
    if (values.empty()) return std::nullopt;
    const std::vector<double> all = sorted(values);
    Summary summary{
        .count = all.size(), .median = quantile_of_sorted(all, 0.5), .least = all.front(), .most = all.back()};
    const double width = quantile_of_sorted(all, 0.75) - quantile_of_sorted(all, 0.25);
    if (summary.median != 0) summary.spread = width / summary.median;
    summary.interval = median_interval(values, seed);
    if (all.size() >= 10) summary.p90 = quantile_of_sorted(all, 0.9);
    if (all.size() >= 20) summary.p95 = quantile_of_sorted(all, 0.95);
    if (all.size() >= 100) summary.p99 = quantile_of_sorted(all, 0.99);
    return summary;
}

} // namespace codemate::statistics
