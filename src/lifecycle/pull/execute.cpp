#include "lifecycle/pull/transfer.hpp"

#include "codemate/base/parallel.hpp"
#include "codemate/lifecycle/pull.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

namespace codemate::lifecycle::pull {
namespace {

bool have_a_name_in_common(const Step& one, const Step& other) {
    const auto touches = [](const Step& step, const ModelName& name) {
        return step.name.same_on_server(name) || step.source.same_on_server(name);
    };
    return touches(one, other.name) || touches(one, other.source);
}

// Steps that touch the same names go one after the other, in their order; what one group does is no matter to another.
std::vector<std::vector<std::size_t>> groups(const std::vector<Step>& steps) {
    std::vector<std::vector<std::size_t>> all;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        std::vector<std::size_t> mine;
        std::erase_if(all, [&](std::vector<std::size_t>& group) {
            const bool same = std::ranges::any_of(
                group, [&](std::size_t other) { return have_a_name_in_common(steps[i], steps[other]); });
            if (same) mine.insert(mine.end(), group.begin(), group.end());
            return same;
        });
        mine.push_back(i);
        std::ranges::sort(mine);
        all.push_back(std::move(mine));
    }
    std::ranges::sort(all);
    return all;
}

// One event at a time, whichever model it is of.
Run serialised(const Run& run, std::mutex& mutex) {
    if (!run.events) return run;
    return {run.stop, [&run, &mutex](const Event& event) {
                const std::lock_guard lock(mutex);
                run.events(event);
            }};
}

} // namespace

Report execute(const Plan& plan, const Options& options, const Ports& ports, const Run& run) {
    const SteadyTime began = ports.clock.steady();
    std::mutex one_at_a_time;
    const Run told = serialised(run, one_at_a_time);
    Shared shared(options, ports, told);
    Report report;
    for (const Step& step : plan.steps)
        report.items.push_back({step});
    const auto all = groups(plan.steps);
    std::atomic<bool> interrupted = false;
    // One port serves one relay at a time.
    const std::size_t jobs = options.relay_port == 0 ? options.jobs : 1;
    for_each_parallel(all.size(), jobs, [&](std::size_t group) {
        for (const std::size_t i : all[group]) {
            if (interrupted) return;
            report.items[i] = transfer(plan.steps[i], plan, shared);
            if (report.items[i].outcome == Outcome::interrupted) interrupted = true;
        }
    });
    report.rate = options.rate;
    report.from = plan.from;
    if (interrupted) report.ending = Ending::interrupted;
    report.took = ports.clock.steady() - began;
    return report;
}

} // namespace codemate::lifecycle::pull
