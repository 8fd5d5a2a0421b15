#pragma once

#include <cstddef>
#include <span>

// Whether one series of times is slower than another, beyond what repeated measurements scatter.
namespace codemate::statistics {

// By how much `now` differs from `before`: the median of the ratios of all pairs (Hodges and Lehmann). Neither may be
// empty, and no value nought.
double typical_ratio(std::span<const double> before, std::span<const double> now);

// How likely it is that `now` ranks so high, or higher, if both came from the same source: the one-sided test of Mann
// and Whitney. Exact up to 20 a side without equal values, else by the normal distribution with a correction for ties
// and continuity.
double chance_of_slower(std::span<const double> before, std::span<const double> now);

inline constexpr std::size_t least_runs = 5; // a side, for a verdict
inline constexpr double certain_below = 0.05;

enum class Change { better, worse, no_evidence, too_few };

struct Comparison {
    Change change = Change::too_few;
    double ratio = 1; // of times: above 1 is slower
    double chance_slower = 1, chance_faster = 1;
};
Comparison compare(std::span<const double> before, std::span<const double> now); // times, of anything

// Slower by more than this share, and not by chance.
bool fails_gate(const Comparison&, double gate);

} // namespace codemate::statistics
