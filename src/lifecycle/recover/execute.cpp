#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/recover.hpp"
#include "codemate/ollama/removal.hpp"
#include "codemate/rules/own_names.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>

namespace codemate::lifecycle::recover {
namespace {

void copy(const Step& step, const Ports& ports, const Stop& stop) {
    const std::vector<ollama::Installed> now = ports.server.installed(stop);
    const ollama::Installed* source = rules::find(now, *step.source);
    if (source == nullptr) throw Error(Kind::failed, quoted(step.source->display()) + " has gone meanwhile");
    const Digest digest = source->digest.value_or(Digest());
    const ModelName spare = rules::free_snapshot_name(step.name, ports.clock.now(), digest, now);
    ollama::copy_over(ports.server, source->name, step.name, spare, now, stop);
}

void carry_out(const Step& step, const Ports& ports, const Stop& stop) {
    switch (step.what) {
    case Step::Do::place:
    case Step::Do::keep:
        return copy(step, ports, stop);
    case Step::Do::remove:
        return ollama::remove_if_there(ports.server, step.name, stop);
    case Step::Do::leave:
        return;
    }
}

} // namespace

bool Report::complete() const {
    return std::ranges::none_of(items, [](const Item& item) { return item.error.has_value(); });
}

Report execute(const Plan& plan, const Ports& ports, Stop stop) {
    Report report;
    bool is_kept = true; // what a later step would replace
    for (const Step& step : plan.steps) {
        Item item{step, {}};
        try {
            if (step.what == Step::Do::place && !is_kept)
                throw Error(Kind::failed, "what it would replace could not be kept");
            carry_out(step, ports, stop);
        } catch (const Error& error) {
            item.error = error;
            item.error->context(quoted(step.name.display()) + ", left by an earlier run");
            if (step.what == Step::Do::keep) is_kept = false;
        }
        // A helper whose content did not get to its place is the only one that has it.
        report.items.push_back(std::move(item));
        if (report.items.back().error && step.what == Step::Do::place) break;
    }
    return report;
}

} // namespace codemate::lifecycle::recover
