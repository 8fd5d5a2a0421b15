#include "cli/commands/benchmark/gate.hpp"

#include "cli/exit_status.hpp"

#include <algorithm>

namespace codemate::cli::benchmark {

void judge(Row& row, double share) {
    row.verdict = Row::Verdict::failed;
    if (!row.broken_promises.empty()) {
        row.why = "a promise is broken";
        return;
    }
    const auto* comparison = row.comparison ? &*row.comparison : nullptr;
    const bool too_few =
        comparison != nullptr && comparison->not_comparable.empty() &&
        (comparison->embeds ? comparison->prefill : comparison->decode).change == statistics::Change::too_few;
    if (comparison == nullptr || !comparison->not_comparable.empty() || too_few) {
        row.verdict = Row::Verdict::no_verdict;
        row.why = comparison == nullptr ? "there is no baseline"
                  : too_few             ? "there are fewer than 5 runs a side"
                                        : "the baseline is not comparable";
        return;
    }
    if (!comparison->embeds && statistics::fails_gate(comparison->decode, share))
        row.why = "decode is slower beyond noise";
    else if (statistics::fails_gate(comparison->prefill, share))
        row.why = "prefill is slower beyond noise";
    else
        row.verdict = Row::Verdict::passed;
}

int status_of(const std::vector<Row>& rows) {
    const auto any = [&](Row::Verdict verdict) {
        return std::ranges::any_of(rows, [&](const Row& row) { return row.verdict == verdict; });
    };
    if (any(Row::Verdict::failed)) return exit_status(Kind::check);
    std::vector<int> failures;
    for (const Row& row : rows)
        if (row.item.error) failures.push_back(exit_status(row.item.error->kind()));
    if (failures.empty() && any(Row::Verdict::no_verdict)) return exit_status(Kind::usage);
    return common_status(failures);
}

} // namespace codemate::cli::benchmark
