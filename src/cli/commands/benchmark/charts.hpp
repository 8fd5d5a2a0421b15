#pragma once

#include "codemate/base/time.hpp"
#include "codemate/statistics/summary.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

// Pictures of a benchmark, as SVG for a page. Each says in words, for whoever does not see it, what it shows.
namespace codemate::cli::benchmark {

// What a figure is called, and in which unit it is told.
struct Quantity {
    std::string name, unit; // "decode", "tokens/s"
};

// A dot for each run, the median and the interval that holds it.
std::string runs_chart(const std::string& id, const Quantity&, std::span<const double> runs,
                       const statistics::Summary&);

struct HistoryPoint {
    Time at{};
    double median = 0;
    std::optional<statistics::Interval> interval = {};
    std::string changed = {}; // since the one before: "server 0.24.0 → 0.32.15"; empty: nothing that is known
};

// From left to right in the order of measurement, from nought up. At least two points.
std::string history_chart(const std::string& id, const Quantity&, std::span<const HistoryPoint>);

// With so many requests at a time.
struct LoadPoint {
    std::uint64_t concurrency = 1;
    double tokens_per_s = 0;           // all of them together
    std::optional<double> p95_ms = {}; // that one of twenty answers takes longer than
};

// What a server writes in all, and how long an answer takes, by the number of requests. Empty without points.
std::string load_charts(const std::string& id, std::span<const LoadPoint>);

} // namespace codemate::cli::benchmark
