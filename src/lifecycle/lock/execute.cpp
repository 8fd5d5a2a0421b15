#include "codemate/lifecycle/lock.hpp"

#include <algorithm>

namespace codemate::lifecycle::lock {
namespace {

bool is_as_planned(const manifest::Locked* entry, const std::optional<manifest::Locked>& planned) {
    if (entry == nullptr || !planned) return (entry == nullptr) == !planned;
    return entry->digest == planned->digest;
}

// The planned models are spelled as the manifest does it, the lock's may differ in letter case.
void erase(manifest::Lock& lock, const ModelName& name) {
    std::erase_if(lock.models, [&](const auto& each) { return each.first.same_on_server(name); });
}

// Looked at again under the file lock: what another process has changed meanwhile is left as it is now.
void carry_out(Step& step, manifest::Lock& lock) {
    if (step.what == Step::Do::keep || step.what == Step::Do::fail) return;
    const manifest::Locked* entry = lock.find(step.name);
    if (!is_as_planned(entry, step.before)) {
        step.what = Step::Do::keep;
        step.entry = entry == nullptr ? std::nullopt : std::optional(*entry);
        step.standing.reset();
        step.reason = "another process has changed it meanwhile";
        return;
    }
    erase(lock, step.name);
    if (step.what != Step::Do::drop) lock.models.emplace(step.name, *step.entry);
}

} // namespace

Report execute(const Plan& plan, const Ports& ports, const Run& run) {
    Report report{plan.steps, false};
    if (!plan.changes()) return report;
    ports.file.update(
        [&](manifest::Lock& lock) {
            for (Step& step : report.steps)
                carry_out(step, lock);
        },
        run.stop);
    report.written = Plan{report.steps}.changes();
    return report;
}

} // namespace codemate::lifecycle::lock
