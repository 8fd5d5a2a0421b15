#include "lifecycle/benchmark/measuring.hpp"

#include "codemate/base/grace.hpp"

#include <algorithm>

namespace codemate::lifecycle::benchmark {

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
    case Outcome::measured:
        return "measured";
    case Outcome::failed:
        return "failed";
    case Outcome::interrupted:
        return "interrupted";
    case Outcome::not_started:
        break;
    }
    return "not_started";
}

Report execute(const Plan& plan, const Options& options, const Ports& ports, const Run& run) {
    Report report;
    bool touched = false;
    for (const Step& step : plan.steps) {
        Item item{.step = step};
        if (step.obstacle) {
            item.outcome = Outcome::failed;
            item.error = step.obstacle;
        } else if (!run.stop.stop_requested()) {
            touched = true;
            item = measure(step, options, ports, run);
        }
        report.items.push_back(std::move(item));
    }
    if (run.stop.stop_requested()) report.ending = Ending::interrupted;
    if (touched) {
        const Grace grace(run.stop, std::chrono::seconds(5));
        try {
            report.notes = restore(plan, ports, grace.stop());
        } catch (const Interrupted&) {
            report.notes.emplace_back("there was no time to leave the server's memory as it was");
        }
    }
    return report;
}

} // namespace codemate::lifecycle::benchmark
