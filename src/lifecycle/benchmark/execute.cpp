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

namespace {

void leave_as_found(Report& report, const Plan& plan, const Ports& ports, const Run& run) {
    const Grace grace(run.stop, std::chrono::seconds(5));
    try {
        report.notes = restore(plan, ports, grace.stop());
    } catch (const Interrupted&) {
        report.notes.emplace_back("there was no time to leave the server's memory as it was");
    }
}

} // namespace

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
    if (touched) leave_as_found(report, plan, ports, run);
    return report;
}

namespace {

const Step* step_of(const ModelName& name, const Plan& plan) {
    const auto found =
        std::ranges::find_if(plan.steps, [&](const Step& step) { return step.name.same_on_server(name); });
    return found == plan.steps.end() ? nullptr : &*found;
}

Pair not_measured(const Step& here, const Step* there, const Side& other) {
    Pair pair{{.step = here}, {.step = there == nullptr ? here : *there}};
    pair.here.outcome = pair.there.outcome = Outcome::failed;
    pair.here.error = here.obstacle;
    pair.there.error = there == nullptr ? Error(Kind::not_found, "it is no model of that server") : there->obstacle;
    if (!pair.here.error)
        pair.here.error =
            Error(pair.there.error->kind(), "at " + other.options.server + " " + pair.there.error->message());
    if (!pair.there.error) pair.there.error = Error(here.obstacle->kind(), "it is not measured");
    return pair;
}

} // namespace

void align(Plan& one, Plan& other) {
    for (Step& a : one.steps) {
        for (Step& b : other.steps) {
            if (!a.name.same_on_server(b.name) || a.obstacle || b.obstacle) continue;
            a.num_ctx = b.num_ctx = std::min(a.num_ctx, b.num_ctx);
            a.prompt_tokens = b.prompt_tokens = std::min(a.prompt_tokens, b.prompt_tokens);
            a.tokens = b.tokens = std::min(a.tokens, b.tokens);
        }
    }
}

Both execute_in_turn(const Side& here, const Side& there, const Run& run) {
    Both both;
    bool touched = false;
    for (const Step& step : here.plan.steps) {
        const Step* other = step_of(step.name, there.plan);
        Pair pair{{.step = step}, {.step = other == nullptr ? step : *other}};
        if (step.obstacle || other == nullptr || other->obstacle) {
            pair = not_measured(step, other, there);
        } else if (!run.stop.stop_requested()) {
            touched = true;
            pair = measure_in_turn(step, *other, here, there, run);
        }
        both.here.items.push_back(std::move(pair.here));
        both.there.items.push_back(std::move(pair.there));
    }
    if (run.stop.stop_requested()) both.here.ending = both.there.ending = Ending::interrupted;
    if (touched) {
        leave_as_found(both.here, here.plan, here.ports, run);
        leave_as_found(both.there, there.plan, there.ports, run);
    }
    return both;
}

} // namespace codemate::lifecycle::benchmark
