#include "lifecycle/prune/removal.hpp"

#include "codemate/base/text.hpp"
#include "codemate/lifecycle/prune.hpp"

#include <algorithm>

namespace codemate::lifecycle::prune {
namespace {

using Outcome = Item::Outcome;

void tell(const Run& run, Event::Type type, const Step& step, std::string text, bool failed = false) {
    if (run.events) run.events({type, step.model.name.display(), std::move(text), step.frees, step.frees, failed});
}

std::string in_words(const Item& item) {
    switch (item.outcome) {
    case Outcome::removed:
        return "removed";
    case Outcome::gone:
        return "gone already";
    case Outcome::not_started:
        return "interrupted";
    case Outcome::kept:
    case Outcome::failed:
        break;
    }
    return item.error->message();
}

bool is_among(const Leftover& planned, const std::vector<Leftover>& now) {
    return std::ranges::any_of(now, [&](const Leftover& each) {
        return each.what == planned.what && each.paths == planned.paths && each.modified == planned.modified;
    });
}

Swept sweep(const Leftover& leftover, store::Disk& disk) {
    Swept swept{leftover};
    try {
        for (const std::string& path : leftover.paths)
            disk.remove(path);
        swept.removed = true;
    } catch (const Error& error) {
        swept.error = error;
    }
    return swept;
}

// Looked at again as a whole: a pull may have begun since the plan, or a model may use an orphan now.
void sweep_all(Report& report, const Leftovers& planned, const Ports& ports, const Run& run) {
    if (planned.going.empty()) return;
    const std::optional<Store> store = ports.look_again();
    const Leftovers now = store ? find_leftovers(store->inventory, ports.clock.now()) : Leftovers();
    for (const Leftover& leftover : planned.going) {
        throw_if_stopped(run.stop);
        if (is_among(leftover, now.going)) {
            report.swept.push_back(sweep(leftover, *store->disk));
        } else {
            const std::string why = now.kept.empty() ? "it has changed since the plan was made" : now.kept.front();
            report.swept.push_back(
                {leftover, false, Error(Kind::failed, quoted(leftover.paths.front()) + " stays: " + why)});
        }
    }
}

} // namespace

Report execute(const Plan& plan, const Options& options, const Ports& ports, const Run& run) {
    Report report;
    const std::optional<Store> before = plan.removes_anything() ? ports.look_again() : std::nullopt;
    for (const Step& step : plan.steps) {
        if (step.what != Step::Do::remove) continue;
        tell(run, Event::Type::begin, step, "removing");
        report.items.push_back(Removal(step, options, ports, run).carry_out());
        const Item& item = report.items.back();
        if (item.outcome == Outcome::removed) report.announced += step.frees;
        tell(run, Event::Type::end, step, in_words(item),
             item.error.has_value() || item.outcome == Outcome::not_started);
    }
    try {
        sweep_all(report, plan.leftovers, ports, run);
        if (!before) return report;
        const std::optional<Store> after = ports.look_again();
        if (after) report.freed = store::usage(before->inventory).sum() - store::usage(after->inventory).sum();
    } catch (const Interrupted&) {
        report.interrupted = true;
    } catch (const Error& error) { // of the look alone
        if (run.events) run.events({Event::Type::note, {}, error.message(), {}, {}});
    }
    report.interrupted = report.interrupted || report.count(Outcome::not_started) > 0;
    return report;
}

std::size_t Report::count(Item::Outcome outcome) const {
    return static_cast<std::size_t>(std::ranges::count(items, outcome, &Item::outcome));
}

std::string_view to_string(Item::Outcome outcome) {
    switch (outcome) {
    case Outcome::removed:
        return "removed";
    case Outcome::gone:
        return "gone";
    case Outcome::kept:
        return "kept";
    case Outcome::failed:
        return "failed";
    case Outcome::not_started:
        break;
    }
    return "not_started";
}

} // namespace codemate::lifecycle::prune
