#include "codemate/statistics/comparison.hpp"

#include "codemate/statistics/summary.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace codemate::statistics {
namespace {

constexpr std::size_t most_exact = 20;

struct Ranked {
    double value;
    bool is_now;
};

struct Ranks {
    double u = 0;    // pairs in which `now` is the larger one; equal ones count half
    double ties = 0; // the sum of t³ - t over groups of equal values
};

Ranks rank(std::span<const double> before, std::span<const double> now) {
    std::vector<Ranked> all;
    for (const double value : before)
        all.push_back({value, false});
    for (const double value : now)
        all.push_back({value, true});
    std::ranges::sort(all, {}, &Ranked::value);
    Ranks ranks;
    double smaller = 0; // of before
    for (std::size_t i = 0; i < all.size();) {
        std::size_t end = i;
        double theirs = 0, ours = 0;
        for (; end < all.size() && all[end].value == all[i].value; ++end)
            (all[end].is_now ? ours : theirs) += 1;
        ranks.u += ours * (smaller + theirs / 2);
        const double group = static_cast<double>(end - i);
        ranks.ties += group * group * group - group;
        smaller += theirs;
        i = end;
    }
    return ranks;
}

// In how many orders of n and m values `u` or more pairs have the second one as the larger: counted by the recursion of
// Mann and Whitney, over all orders.
double exact_chance(std::size_t n, std::size_t m, double u) {
    // ways[j][k]: orders of i of the first and j of the second with k such pairs; i grows.
    std::vector<std::vector<double>> ways(m + 1, std::vector<double>(n * m + 1, 0));
    for (auto& row : ways)
        row[0] = 1;
    for (std::size_t i = 1; i <= n; ++i) {
        for (std::size_t j = 1; j <= m; ++j) {
            for (std::size_t k = n * m + 1; k-- > 0;) {
                // The largest of all is one of the first (then the rest decides), or one of the second (i pairs more).
                ways[j][k] += k >= i ? ways[j - 1][k - i] : 0;
            }
        }
    }
    double all = 0, so_many = 0;
    for (std::size_t k = 0; k <= n * m; ++k) {
        all += ways[m][k];
        if (static_cast<double>(k) >= u) so_many += ways[m][k];
    }
    return so_many / all;
}

double normal_chance(double n, double m, const Ranks& ranks) {
    const double all = n + m;
    const double variance = n * m / 12 * (all + 1 - ranks.ties / (all * (all - 1)));
    if (variance <= 0) return 1; // all are equal
    const double z = (ranks.u - n * m / 2 - 0.5) / std::sqrt(variance);
    return std::erfc(z / std::sqrt(2.0)) / 2;
}

} // namespace

double typical_ratio(std::span<const double> before, std::span<const double> now) {
    std::vector<double> ratios;
    ratios.reserve(before.size() * now.size());
    for (const double old : before) {
        for (const double current : now)
            ratios.push_back(current / old);
    }
    return median(ratios);
}

double chance_of_slower(std::span<const double> before, std::span<const double> now) {
    const Ranks ranks = rank(before, now);
    if (ranks.ties == 0 && std::max(before.size(), now.size()) <= most_exact)
        return exact_chance(before.size(), now.size(), ranks.u);
    return normal_chance(static_cast<double>(before.size()), static_cast<double>(now.size()), ranks);
}

Comparison compare(std::span<const double> before, std::span<const double> now) {
    Comparison result;
    if (before.empty() || now.empty()) return result;
    result.ratio = typical_ratio(before, now);
    result.chance_slower = chance_of_slower(before, now);
    result.chance_faster = chance_of_slower(now, before);
    if (std::min(before.size(), now.size()) < least_runs) return result;
    result.change = result.chance_slower < certain_below   ? Change::worse
                    : result.chance_faster < certain_below ? Change::better
                                                           : Change::no_evidence;
    return result;
}

bool fails_gate(const Comparison& comparison, double gate) {
    return comparison.change == Change::worse && comparison.ratio > 1 + gate;
}

} // namespace codemate::statistics
