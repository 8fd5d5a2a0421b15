#include "lifecycle/prune/choice.hpp"
#include "lifecycle/prune/judgement.hpp"

#include "codemate/base/text.hpp"
#include "codemate/lifecycle/prune.hpp"
#include "codemate/rules/own_names.hpp"

#include <algorithm>
#include <utility>

namespace codemate::lifecycle::prune {
namespace {

using Do = Step::Do;
using Numbers = std::vector<std::size_t>; // into Facts::installed

std::vector<rules::Content> contents_of(const Facts& facts) {
    std::vector<rules::Content> contents;
    for (const ollama::Installed& model : facts.installed) {
        rules::Content content{stored(facts, model), nullptr, model.size};
        if (model.digest) {
            const auto image = facts.images.find(*model.digest);
            if (image != facts.images.end()) content.image = &image->second;
        }
        contents.push_back(content);
    }
    return contents;
}

rules::Reclaim reclaim_of(const Facts& facts) {
    return {contents_of(facts), facts.store ? &facts.store->inventory : nullptr};
}

// What of these, the first ones first, frees that much: as few as it takes, and none that proves superfluous by what
// came after it.
Numbers enough(const Numbers& candidates, ByteCount target, rules::Reclaim reclaim) {
    Numbers taken;
    for (const std::size_t model : candidates) {
        if (reclaim.freed() >= target) break;
        reclaim.without(model);
        taken.push_back(model);
    }
    const ByteCount needed = std::min(target, reclaim.freed());
    Numbers needless;
    for (auto model = taken.rbegin(); model != taken.rend(); ++model) {
        reclaim.with(*model);
        if (reclaim.freed() >= needed)
            needless.push_back(*model);
        else
            reclaim.without(*model);
    }
    std::erase_if(taken, [&](std::size_t model) { return std::ranges::find(needless, model) != needless.end(); });
    return taken;
}

class Planning {
public:
    Planning(const Facts& facts, const Options& options)
        : facts_(facts), options_(options), choice_(choose(facts, options)),
          judgements_(judge(facts, options, choice_)) {}

    Plan result() {
        if (options_.leftovers) plan_leftovers();
        hold_back_what_is_lost();
        if (options_.to_free) go_no_further();
        add_steps();
        for (const ModelName& name : choice_.absent)
            plan_.steps.push_back(absent(name));
        plan_.fits_nothing = choice_.fits_nothing;
        for (const NamePattern& pattern : options_.keep) {
            if (std::ranges::none_of(facts_.installed, [&](const auto& model) { return pattern.matches(model.name); }))
                plan_.fits_nothing.push_back(pattern.text());
        }
        if (plan_.count(Do::remove) > 0 && !facts_.running) plan_.obstacle = unknown_running();
        return std::move(plan_);
    }

private:
    bool goes(const Judgement& judgement) const { return judgement.stays.empty(); }
    const ollama::Installed& model_of(const Judgement& judgement) const { return facts_.installed[judgement.model]; }

    const WayBack* way_back(const Judgement& judgement) const {
        const auto found = facts_.ways.find(model_of(judgement).name);
        return found == facts_.ways.end() ? nullptr : &found->second;
    }

    // What is not named is not thrown away for good. A snapshot is a way back itself, and its time is over.
    void hold_back_what_is_lost() {
        for (Judgement& judgement : judgements_) {
            if (!goes(judgement) || judgement.named || rules::is_own_name(model_of(judgement).name)) continue;
            const WayBack* way = way_back(judgement);
            const std::string why = way == nullptr ? "nobody knows its content" : way->missing;
            const bool perhaps = way != nullptr && way->unanswered;
            if (!why.empty())
                judgement.stays = std::string("it ") + (perhaps ? "may" : "would") + " not come back: " + why +
                                  "; it goes if it is named";
        }
    }

    // The oldest first; of what nobody knows the age comes last.
    static Time by_age(const Judgement* judgement) {
        return judgement->age.is_known() ? judgement->age.since : Time::max();
    }

    void go_no_further() {
        rules::Reclaim reclaim = reclaim_of(facts_);
        std::vector<Judgement*> oldest;
        for (Judgement& judgement : judgements_) {
            if (!goes(judgement)) continue;
            if (rules::is_relay_name(model_of(judgement).name)) // goes anyway
                reclaim.without(judgement.model);
            else
                oldest.push_back(&judgement);
        }
        std::ranges::stable_sort(oldest, {}, by_age);
        Numbers candidates;
        for (const Judgement* judgement : oldest)
            candidates.push_back(judgement->model);
        const ByteCount target = *options_.to_free - plan_.leftovers.frees();
        const Numbers taken = enough(candidates, target, reclaim);
        for (const std::size_t model : taken)
            reclaim.without(model);
        const bool is_enough = reclaim.freed() >= target;
        if (!is_enough) plan_.shortfall = target - reclaim.freed();
        for (Judgement* judgement : oldest) {
            if (std::ranges::find(taken, judgement->model) != taken.end()) continue;
            judgement->stays = is_enough ? "enough comes free without it" : "nothing would come free with it";
        }
    }

    void add_steps() {
        rules::Reclaim reclaim = reclaim_of(facts_);
        plan_.measure = reclaim.measure();
        std::vector<const Judgement*> going, staying;
        for (const Judgement& judgement : judgements_)
            (goes(judgement) ? going : staying).push_back(&judgement);
        if (options_.to_free) std::ranges::stable_sort(going, {}, by_age);
        for (const Judgement* judgement : going) {
            plan_.steps.push_back(removal(*judgement));
            plan_.steps.back().frees = reclaim.without(judgement->model);
        }
        for (const Judgement* judgement : staying)
            plan_.steps.push_back(kept(*judgement));
        plan_.frees = reclaim.freed();
    }

    Step step_of(const Judgement& judgement, Do what) const {
        Step step{what, model_of(judgement)};
        step.kept_by = judgement.kept_by;
        step.named = judgement.named;
        return step;
    }

    Step removal(const Judgement& judgement) const {
        Step step = step_of(judgement, Do::remove);
        step.by_force = options_.force && std::ranges::any_of(judgement.kept_by, [](const rules::KeepReason& reason) {
                            return yields_to_force(reason.why);
                        });
        if (rules::is_left_behind(step.model, facts_.now)) {
            step.reason =
                "left behind by a codemate that was cut off, made " + relative_in_text(facts_.now, step.model.modified);
            if (const WayBack* way = way_back(judgement)) step.way_back = *way;
            return step;
        }
        const std::string why = step.by_force               ? "by --force, though " + in_words(judgement.kept_by)
                                : judgement.kept_by.empty() ? "nothing keeps it"
                                                            : "though " + in_words(judgement.kept_by);
        step.reason = why + "; " + in_words(judgement.age, facts_.now);
        if (const WayBack* way = way_back(judgement)) step.way_back = *way;
        return step;
    }

    Step kept(const Judgement& judgement) const {
        Step step = step_of(judgement, judgement.named ? Do::refuse : Do::keep);
        step.reason = judgement.stays;
        if (step.what == Do::keep) return step;
        const std::string name = printable(step.model.name.display());
        step.obstacle = Error(Kind::refused, "'" + name + "' stays: " + judgement.stays);
        if (judgement.forcible && !judgement.kept_by.empty())
            step.obstacle->hint("`codemate rm --force " + name + "` removes it all the same");
        else if (is_only_declared(judgement.kept_by))
            step.obstacle->hint("--optional lets declared models go that are not required");
        return step;
    }

    static bool is_only_declared(const std::vector<rules::KeepReason>& reasons) {
        return !reasons.empty() &&
               std::ranges::all_of(
                   reasons, [](rules::KeepReason::Why why) { return why == rules::KeepReason::Why::declared; },
                   &rules::KeepReason::why);
    }

    static Step absent(const ModelName& name) {
        Step step{Do::refuse, {name}};
        step.named = true;
        step.reason = "it is not installed";
        step.obstacle =
            Error(Kind::not_found, quoted(name.display()) + " is not installed").hint("`codemate list` shows what is");
        return step;
    }

    void plan_leftovers() {
        if (facts_.store) {
            plan_.leftovers = find_leftovers(facts_.store->inventory, facts_.now);
            return;
        }
        plan_.leftovers.kept.push_back(
            "what is left over on the disk cannot be seen (" + facts_.no_store +
            "); a start of the server removes blobs and unfinished downloads that no model needs and that are older "
            "than an hour, unless its OLLAMA_NOPRUNE is set or a manifest is damaged; --models-dir names the "
            "directory where it is on this machine");
    }

    static Error unknown_running() {
        return Error(Kind::unreachable, "the server does not say what is loaded, so nothing is removed")
            .hint("a model is being loaded, perhaps: try again in a minute");
    }

    const Facts& facts_;
    const Options& options_;
    Choice choice_;
    std::vector<Judgement> judgements_;
    Plan plan_;
};

} // namespace

std::vector<ollama::Installed> candidates(const Facts& facts, const Options& options) {
    std::vector<ollama::Installed> result;
    for (const Judgement& judgement : judge(facts, options, choose(facts, options))) {
        if (judgement.stays.empty()) result.push_back(facts.installed[judgement.model]);
    }
    return result;
}

Plan plan(const Facts& facts, const Options& options) {
    return Planning(facts, options).result();
}

std::string Step::back() const {
    if (!way_back || !way_back->missing.empty() || !model.digest) return {};
    const auto snapshot = rules::parse_snapshot_name(model.name);
    const ModelName name = snapshot ? snapshot->of : model.name;
    return "codemate pull " + name.display_short() + "@sha256:" + model.digest->id();
}

std::size_t Plan::count(Step::Do what) const {
    return static_cast<std::size_t>(std::ranges::count(steps, what, &Step::what));
}

bool Plan::removes_anything() const {
    return count(Step::Do::remove) > 0 || !leftovers.going.empty();
}

ByteCount Plan::frees_in_all() const {
    return frees + leftovers.frees();
}

std::string_view to_string(Step::Do what) {
    switch (what) {
    case Step::Do::keep:
        return "keep";
    case Step::Do::remove:
        return "remove";
    case Step::Do::refuse:
        break;
    }
    return "refuse";
}

} // namespace codemate::lifecycle::prune
