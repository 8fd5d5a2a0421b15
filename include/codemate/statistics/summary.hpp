#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// Figures of repeated measurements. Pure: the same values and the same seed give the same figures on every machine.
namespace codemate::statistics {

// The value below which this share of all lies, with straight lines between neighbours (type 7 of Hyndman and Fan, as R
// and numpy do it by default). `values` need not be sorted and must not be empty; `share` is from 0 to 1.
double quantile(std::span<const double> values, double share);
double median(std::span<const double> values);

struct Interval {
    double low = 0, high = 0;
    bool operator==(const Interval&) const = default;
};

// Where the median lies with 95 % confidence: the middle of what it is in 2000 samples drawn from these values with
// replacement (percentile bootstrap). Nothing of fewer than three.
std::optional<Interval> median_interval(std::span<const double> values, std::uint64_t seed);

struct Summary {
    std::size_t count = 0;
    double median = 0, least = 0, most = 0;
    double spread = 0;                  // the middle half's width, as a share of the median
    std::optional<Interval> interval{}; // of the median
    // Only where so many values allow it: one of ten lies beyond p90, one of twenty beyond p95, one of a hundred beyond
    // p99.
    std::optional<double> p90{}, p95{}, p99{};
};
std::optional<Summary> summarise(std::span<const double> values, std::uint64_t seed); // nothing of nothing

} // namespace codemate::statistics
