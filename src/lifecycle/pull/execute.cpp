#include "lifecycle/pull/transfer.hpp"

#include "codemate/base/text.hpp"
#include "codemate/lifecycle/pull.hpp"

namespace codemate::lifecycle::pull {

Report execute(const Plan& plan, const Options& options, const Ports& ports, const Run& run) {
    Shared shared(options, ports, run);
    const SteadyTime began = ports.clock.steady();
    Report report;
    for (const Step& step : plan.steps) {
        if (report.ending == Ending::interrupted) {
            report.items.push_back({step});
            continue;
        }
        report.items.push_back(transfer(step, plan, shared));
        if (report.items.back().outcome == Outcome::interrupted) report.ending = Ending::interrupted;
    }
    report.took = ports.clock.steady() - began;
    return report;
}

} // namespace codemate::lifecycle::pull
