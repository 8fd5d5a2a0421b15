#include "cli/commands/benchmark/gate.hpp"
#include "cli/commands/benchmark/side.hpp"
#include "cli/commands/update/checks.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::cli::update {
namespace {

namespace use = lifecycle::benchmark;
using benchmark::Row;
using benchmark::Side;
using lifecycle::update::Candidate;
using lifecycle::update::Check;

Check skipped(std::string text) {
    return {Check::What::speed, {}, true, true, std::move(text)};
}

// As the baseline was measured, so that the two can be compared.
use::Options options_like(const state::Benchmark& baseline, const Candidate& candidate, const std::string& server) {
    use::Options options{.targets = {candidate.name.display()}, .server = server};
    options.runs = std::max<std::size_t>(baseline.runs.size(), 5);
    if (baseline.num_ctx > 0) options.num_ctx = baseline.num_ctx;
    if (baseline.prompt_tokens > 0) options.prompt_tokens = baseline.prompt_tokens;
    if (baseline.tokens > 0) options.tokens = baseline.tokens;
    return options;
}

std::string figure(const char* what, const statistics::Comparison& comparison) {
    const double percent = comparison.ratio * 100 - 100;
    std::string text = std::to_string(static_cast<int>(percent < 0 ? percent - 0.5 : percent + 0.5));
    if (percent >= 0) text.insert(0, "+");
    return std::string(what) + " " + text + " % a token";
}

std::string figures(const use::Comparison& comparison) {
    if (comparison.embeds) return figure("prefill", comparison.prefill);
    return figure("decode", comparison.decode) + ", " + figure("prefill", comparison.prefill);
}

class Measuring {
public:
    Measuring(const Candidate& candidate, double share, Wiring& wiring)
        : candidate_(candidate), share_(share), wiring_(wiring) {}

    Check result(const Run& run) {
        const std::optional<state::Benchmark> baseline = this->baseline();
        if (!baseline) {
            return skipped("there is no baseline: `codemate benchmark " + candidate_.production.display_short() +
                           "` measures one");
        }
        if (baseline->prompt) return skipped("the baseline was measured with a prompt of one's own");
        Side side(wiring_.server(), wiring_.endpoint(), options_like(*baseline, candidate_, wiring_.server_id()),
                  wiring_);
        side.gather(run);
        const use::Report report = use::execute(side.plan(), side.options(), side.ports(), run);
        if (report.ending == use::Ending::interrupted) throw Interrupted();
        const use::Item& item = report.items.front();
        if (item.outcome != use::Outcome::measured)
            return skipped("it could not be measured" + (item.error ? ": " + item.error->message() : std::string()));
        return judged(*baseline, side, item);
    }

private:
    std::optional<state::Benchmark> baseline() const {
        if (wiring_.benchmarks() == nullptr) return std::nullopt;
        std::vector<state::Benchmark> entries = wiring_.benchmarks()->entries();
        std::erase_if(entries, [&](const state::Benchmark& entry) { return entry.server != wiring_.server_id(); });
        const state::Benchmark* latest = use::latest_of(candidate_.production, entries);
        return latest == nullptr ? std::nullopt : std::optional(*latest);
    }

    Check judged(const state::Benchmark& baseline, const Side& side, const use::Item& item) const {
        Row row{.item = item};
        row.measured = side.to_memory(item);
        row.measured->name = candidate_.production;
        if (const manifest::Declared* declared = wiring_.manifest().declared(candidate_.production))
            row.broken_promises = use::broken_promises(*declared, item);
        row.comparison = use::compare(baseline, *row.measured);
        benchmark::judge(row, share_);
        Check check{Check::What::speed};
        if (row.verdict == Row::Verdict::no_verdict) {
            check = skipped(row.why);
            if (!row.comparison->not_comparable.empty()) check.text += ": " + row.comparison->not_comparable;
            return check;
        }
        check.passed = row.verdict == Row::Verdict::passed;
        check.text = row.broken_promises.empty() ? figures(*row.comparison) : listed(row.broken_promises);
        if (!check.passed && row.broken_promises.empty()) check.text += ": " + row.why;
        if (check.passed) remember(*row.measured);
        return check;
    }

    void remember(const state::Benchmark& measured) const {
        try {
            wiring_.benchmarks()->add(measured, {});
        } catch (const Error& error) {
            wiring_.warn("this measurement is not remembered: " + error.message());
        }
    }

    const Candidate& candidate_;
    double share_;
    Wiring& wiring_;
};

} // namespace

Checks speed_check(double share, bool wanted, Wiring& wiring) {
    return [share, wanted, &wiring](const Candidate& candidate, const Run& run) -> std::vector<Check> {
        const SteadyTime began = wiring.clock().steady();
        Check check{Check::What::speed};
        try {
            check = Measuring(candidate, share, wiring).result(run);
        } catch (const Error& error) {
            check = skipped("it could not be measured: " + error.message());
        }
        check.took = wiring.clock().steady() - began;
        if (check.skipped && wanted) check.passed = check.skipped = false;
        return {std::move(check)};
    };
}

} // namespace codemate::cli::update
