#include "cli/commands/benchmark/words.hpp"

#include "codemate/base/text.hpp"

#include <cmath>
#include <cstdio>
#include <map>

namespace codemate::cli::benchmark {
namespace {

namespace use = lifecycle::benchmark;
using statistics::Change;

std::string change(const std::string& what, const statistics::Comparison& comparison) {
    const double percent = (comparison.ratio - 1) * 100;
    const std::string size = number(std::abs(percent)) + " % " + (percent < 0 ? "less" : "more") + " time a token";
    switch (comparison.change) {
    case Change::better:
        return what + " better: " + size;
    case Change::worse:
        return what + " worse: " + size;
    case Change::no_evidence:
        return what + ": no evidence of a difference (" + size + ")";
    case Change::too_few:
        break;
    }
    return what + ": too few runs to compare (" + size + ")";
}

std::string figure(std::string_view what, const std::optional<statistics::Summary>& summary, std::string_view unit) {
    return summary ? ", " + std::string(what) + " " + with_interval(*summary) + std::string(unit) : "";
}

// What the other server did in the same minutes.
std::string other_server(const state::Benchmark& there) {
    const use::Figures figures = use::figures_of(there.runs);
    return printable(there.server) + " (ollama " + printable(there.server_version, 60) + ") in turn" +
           figure("first token", figures.first_token_ms, " ms") + figure("prefill", figures.prefill_rate, " tokens/s") +
           figure("decode", figures.decode_rate, " tokens/s");
}

std::vector<std::string> comparison_text(const Row& row) {
    if (!row.comparison) return {};
    const std::string beside =
        row.in_turn ? "beside it: "
                    : "beside that of " + to_rfc3339(std::chrono::floor<std::chrono::seconds>(row.before->at)) + ": ";
    const use::Comparison& comparison = *row.comparison;
    if (!comparison.not_comparable.empty()) return {beside + "not comparable, " + printable(comparison.not_comparable)};
    std::string changes = change("prefill", comparison.prefill);
    if (!comparison.embeds) changes += "; " + change("decode", comparison.decode);
    std::vector<std::string> lines;
    if (row.in_turn) lines.push_back(other_server(*row.before));
    lines.push_back(beside + changes);
    if (!comparison.differences.empty()) lines.push_back("what else differs: " + joined(comparison.differences, ", "));
    return lines;
}

std::string verdict_text(const Row& row) {
    switch (row.verdict) {
    case Row::Verdict::none_asked:
        return {};
    case Row::Verdict::passed:
        return "gate: passed";
    case Row::Verdict::failed:
        return "gate: failed, " + row.why;
    case Row::Verdict::no_verdict:
        break;
    }
    return "gate: no verdict, " + row.why;
}

} // namespace

std::string number(double value) {
    char text[32];
    const int digits = std::abs(value) >= 100 ? 0 : std::abs(value) >= 10 ? 1 : 2;
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string milliseconds(Duration span) {
    return number(in_seconds(span) * 1e3) + " ms";
}

std::string share_on_gpu(ByteCount memory, ByteCount gpu) {
    if (memory == ByteCount{}) return "-";
    const double share = static_cast<double>(gpu.count()) * 100 / static_cast<double>(memory.count());
    return std::to_string(static_cast<std::uint64_t>(share)) + " %";
}

std::string with_interval(const statistics::Summary& summary) {
    std::string text = number(summary.median);
    if (summary.interval) text += " (" + number(summary.interval->low) + " to " + number(summary.interval->high) + ")";
    return text;
}

std::string flaws_text(const use::Item& item) {
    std::map<std::string, std::size_t> counts;
    for (const use::Flaw flaw : item.flaws)
        ++counts[std::string(use::to_string(flaw))];
    std::vector<std::string> parts;
    for (const auto& [name, count] : counts)
        parts.push_back(std::to_string(count) + " " + name);
    return joined(parts, ", ");
}

std::vector<std::string> ways_to_tell(const Row& row) {
    const bool is_slower = row.verdict == Row::Verdict::failed && row.comparison && row.measured &&
                           row.broken_promises.empty() && !row.in_turn;
    return is_slower ? use::runs_to_tell_apart(*row.before, *row.measured) : std::vector<std::string>();
}

std::vector<std::string> remarks(const Row& row) {
    std::vector<std::string> lines;
    if (!row.item.flaws.empty()) lines.push_back("did not count, done again: " + flaws_text(row.item));
    for (const auto* list : {&row.item.notes, &row.broken_promises, &row.advice})
        lines.insert(lines.end(), list->begin(), list->end());
    const std::vector<std::string> comparison = comparison_text(row);
    lines.insert(lines.end(), comparison.begin(), comparison.end());
    if (row.verdict != Row::Verdict::none_asked) lines.push_back(verdict_text(row));
    for (const std::string& run : ways_to_tell(row))
        lines.push_back("what would tell why: " + run);
    return lines;
}

} // namespace codemate::cli::benchmark
