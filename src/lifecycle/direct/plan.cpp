#include "lifecycle/direct/images.hpp"

#include "codemate/base/text.hpp"
#include "codemate/lifecycle/direct.hpp"
#include "codemate/manifest/usage.hpp"
#include "codemate/rules/refusals.hpp"
#include "codemate/rules/source_hints.hpp"
#include "codemate/rules/space.hpp"
#include "codemate/store/layout.hpp"

#include <algorithm>

namespace codemate::lifecycle::direct {
namespace {

using Do = Step::Do;
using manifest::Locked;
using upstream::State;

Step refused(Step step, Error why) {
    step.what = Do::refuse;
    step.reason = why.message();
    step.obstacle = std::move(why);
    return step;
}

std::string reason_of(const manifest::Wanted& wanted, const Facts& facts, const manifest::Usage& usage) {
    if (facts.asked.contains(wanted.name)) return "asked for by its digest";
    if (facts.lock && facts.lock->find(wanted.name) != nullptr) return "locked";
    const std::vector<std::string> roles = usage.roles_of(wanted.name);
    if (!roles.empty()) return listed(roles) + " model of the manifest";
    return wanted.declared ? "declared in the manifest" : "named on the command line";
}

// What speaks against doing it at all, before its content is looked at.
std::optional<Error> objection(const manifest::Wanted& wanted, const Facts& facts, const Options& options) {
    const Locked* entry = facts.lock ? facts.lock->find(wanted.name) : nullptr;
    const auto asked = facts.asked.find(wanted.name);
    if (asked != facts.asked.end()) {
        if (entry == nullptr || entry->is(asked->second.digest) || (options.force && !options.locked))
            return std::nullopt;
        return Error(Kind::refused,
                     "the lock pins it at " + entry->digest.id() + ", not at " + asked->second.digest.id())
            .hint("--force installs it all the same; the lock stays as it is");
    }
    if (options.from && entry == nullptr) return rules::nothing_pins(wanted.name, *options.from);
    if (facts.lock && entry == nullptr && options.locked && wanted.declared) {
        return Error(Kind::check, "it has no entry in the lock, and none may be added here")
            .hint("run `codemate lock` where the lock may be written, and commit it");
    }
    return std::nullopt;
}

// Whether the layers are to be had is not worth a question where nobody answers.
void refuse_unasked(Step& step, const Options& options) {
    Error why = step.standing->error.value_or(Error(Kind::unreachable, "its tag could not be looked up"));
    if (options.from) {
        step = refused(std::move(step), std::move(why));
        return;
    }
    why.context("its tag could not be looked up");
    if (why.hint().empty()) why.hint("--yes, or --locked, takes what is locked from wherever its layers are");
    step = refused(std::move(step), std::move(why));
}

// Who says which content it shall be.
std::string pinned_word(const Step& step, const Facts& facts) {
    return facts.asked.contains(step.name) ? "asked for" : "locked";
}

// A tag that serves something else, or that is gone, confirms nothing.
void judge_standing(Step& step, const Found& found, const Facts& facts, const Options& options) {
    const std::string pinned = pinned_word(step, facts);
    if (options.from && !step.missing.empty()) step.reason = pinned + "; " + options.from->where + " has it";
    if (!step.standing) return;
    switch (step.standing->state) {
    case State::outdated:
    case State::no_upstream:
        step.reason = options.from ? pinned + "; " + what_became_of_the_tag(found, options)
                                   : "locked; its tag no longer serves that: " + step.standing->reason;
        step.wants_consent = !options.consent && !options.locked && !facts.asked.contains(step.name);
        break;
    case State::same_content:
        if (!options.from) step.reason = "locked, and its tag serves the same content";
        break;
    case State::current:
        if (!options.from) step.reason = "locked, and its tag still serves that";
        break;
    case State::failed: // by a pin that is typed, or with a consent, no tag is asked
        return refuse_unasked(step, options);
    case State::absent:
        break;
    }
}

// What an unfinished download has of it takes whole blocks of the disk.
ByteCount kept_of(const Layer& layer, const Facts& facts) {
    const auto begun = facts.begun.find(layer.digest);
    return begun == facts.begun.end() ? ByteCount() : std::min(begun->second, layer.size);
}

void add_blobs(Step& step, const Facts& facts) {
    for (const Layer& layer : step.image->blobs()) {
        if (!is_there(layer, facts)) {
            step.missing.push_back(layer);
            step.kept += kept_of(layer, facts);
            continue;
        }
        if (facts.inventory.find(layer.digest)->users.empty()) step.loose.push_back(layer.digest);
        if (!facts.verified.contains(layer.digest)) step.to_check.push_back(layer);
    }
}

Step step_for(const manifest::Wanted& wanted, const Facts& facts, const Options& options,
              const manifest::Usage& usage) {
    const Found& found = facts.found.at(wanted.name);
    Step step{wanted.name, found.source};
    step.declared = wanted.declared;
    step.plain_http = wanted.plain_http || facts.manifest.without_tls(found.source);
    step.reason = reason_of(wanted, facts, usage);
    step.standing = found.standing;
    step.places = found.places;
    const store::Entry* there = entry_of(wanted.name, facts);
    if (there != nullptr) step.before = there->image.digest;
    step.path = there != nullptr ? there->path : store::manifest_path(wanted.name);
    const Locked* pin = pin_of(wanted.name, facts);
    if (pin != nullptr) step.pin = pin->digest;
    if (auto error = objection(wanted, facts, options)) return refused(std::move(step), std::move(*error));
    if (found.error) return refused(std::move(step), *found.error);
    if (const manifest::Declared* declared = facts.manifest.declared(wanted.name)) step.expect = declared->expect;
    step.first_use = facts.lock && facts.lock->find(wanted.name) == nullptr && wanted.declared && !options.locked;
    step.image = found.image;
    add_blobs(step, facts);
    judge_standing(step, found, facts, options);
    if (step.what == Do::refuse) return step;
    if (found.obstacle) {
        Error why = *found.obstacle;
        if (step.pin && why.kind() != Kind::storage)
            why.context("it is " + pinned_word(step, facts) + " at " + step.image->digest.id());
        step.wants_consent = false;
        return refused(std::move(step), std::move(why));
    }
    if (step.before == step.image->digest && step.missing.empty()) step.what = Do::nothing;
    return step;
}

void add_sums(Plan& plan, const Facts& facts) {
    std::set<Digest> counted;
    for (const Step& step : plan.steps) {
        for (const Layer& layer : step.missing) {
            if (step.what == Do::refuse || !counted.insert(layer.digest).second) continue;
            plan.to_fetch += layer.size - kept_of(layer, facts);
        }
    }
    plan.to_write = plan.to_fetch;
}

// A registry that is asked at a wrong path answers as one that has no model.
void doubt_the_path(Plan& plan, const Options& options) {
    if (!options.from || !rules::is_address(*options.from)) return;
    const bool all_absent = std::ranges::all_of(plan.steps, [](const Step& step) {
        return step.what == Do::nothing || (step.obstacle && step.obstacle->kind() == Kind::not_found);
    });
    if (!all_absent) return;
    for (Step& step : plan.steps)
        if (step.obstacle) rules::ask_for_path(*step.obstacle);
}

std::optional<Error> lack_of_room(const Plan& plan, const Options& options) {
    if (!plan.space || plan.to_write <= plan.space->free) return std::nullopt;
    return rules::no_room_for(plan.to_write, rules::Sum::exact, options.models, plan.space->free)
        .hint("make room on that file system, or name another directory with --models-dir");
}

std::optional<Error> excess_of_budget(const Plan& plan, const Facts& facts) {
    if (!facts.manifest.disk_budget) return std::nullopt;
    rules::Together together;
    bool brings = false;
    for (const ModelName& name : manifest::required_set(facts.manifest)) {
        const auto step = std::ranges::find_if(
            plan.steps, [&](const Step& each) { return each.image && each.name.same_on_server(name); });
        const store::Entry* there = entry_of(name, facts);
        if (step != plan.steps.end()) {
            together.add(*step->image);
            brings = brings || (step->what != Do::refuse && !step->missing.empty());
        } else if (there != nullptr) {
            together.add(there->image);
        }
    }
    const ByteCount taken = together.sum(), limit = *facts.manifest.disk_budget;
    if (!brings || taken <= limit) return std::nullopt;
    return rules::more_than_budget(taken, rules::Sum::exact, limit);
}

} // namespace

ByteCount Step::to_fetch() const {
    ByteCount sum;
    for (const Layer& layer : missing)
        sum += layer.size;
    return sum - kept;
}

bool Plan::wants_consent() const {
    return std::ranges::any_of(steps, &Step::wants_consent);
}

Plan plan(const Facts& facts, const Options& options) {
    Plan plan;
    const manifest::Usage usage(facts.manifest);
    for (const manifest::Wanted& wanted : facts.wanted)
        plan.steps.push_back(step_for(wanted, facts, options, usage));
    if (options.from) plan.from = options.from->where;
    doubt_the_path(plan, options);
    add_sums(plan, facts);
    plan.space = facts.space;
    plan.refusal = lack_of_room(plan, options);
    if (!plan.refusal && !options.force) plan.refusal = excess_of_budget(plan, facts);
    return plan;
}

std::string_view to_string(Do what) {
    switch (what) {
    case Do::fetch:
        return "fetch";
    case Do::nothing:
        return "nothing";
    case Do::refuse:
        break;
    }
    return "refuse";
}

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
    case Outcome::pulled:
        return "pulled";
    case Outcome::updated:
        return "updated";
    case Outcome::unchanged:
        return "unchanged";
    case Outcome::failed:
        return "failed";
    case Outcome::interrupted:
        return "interrupted";
    case Outcome::not_started:
        break;
    }
    return "not_started";
}

} // namespace codemate::lifecycle::direct
