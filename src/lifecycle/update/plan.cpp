#include "codemate/base/text.hpp"
#include "codemate/lifecycle/update.hpp"
#include "codemate/manifest/usage.hpp"
#include "codemate/rules/drift.hpp"
#include "codemate/rules/expectations.hpp"
#include "codemate/rules/pinned.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>

namespace codemate::lifecycle::update {
namespace {

using manifest::Locked;
using upstream::Inquiry;
using upstream::State;
using Do = Step::Do;

Step refused(Step step, Error why) {
    step.what = Do::refuse;
    step.reason = why.message();
    step.obstacle = std::move(why);
    return step;
}

class Planning {
public:
    explicit Planning(const Facts& facts) : facts_(facts), usage_(facts.manifest) {}

    Step step_for(const manifest::Wanted& wanted) const {
        const Inquiry& inquiry = facts_.asked.at(wanted.name);
        Step step = bare_step(wanted, inquiry);
        if (inquiry.installed && inquiry.installed->cloud()) {
            step.reason = "a cloud model: its content is not on the server";
            return step;
        }
        if (!inquiry.locked && !inquiry.installed) return of_absent(std::move(step), inquiry, wanted);
        const upstream::Standing standing = upstream::judge(inquiry);
        switch (standing.state) {
        case State::current:
            return of_current(std::move(step), inquiry);
        case State::same_content:
            return of_same_content(std::move(step), inquiry);
        case State::outdated:
            step.standing = standing;
            return of_moved(std::move(step), inquiry);
        case State::no_upstream:
            return without_registry(std::move(step), inquiry, standing);
        case State::absent: // then somebody was not asked
        case State::failed:
            break;
        }
        return unanswered(std::move(step), inquiry, standing);
    }

private:
    bool pins(const ModelName& name) const { return facts_.lock && facts_.manifest.declared(name) != nullptr; }

    Step bare_step(const manifest::Wanted& wanted, const Inquiry& inquiry) const {
        Step step{wanted.name, inquiry.source};
        if (inquiry.installed) step.before = inquiry.installed->digest;
        step.locked = inquiry.locked;
        step.places = facts_.manifest.places_of(wanted.name);
        if (std::ranges::find(step.places, inquiry.source) == step.places.end())
            step.places.insert(step.places.begin(), inquiry.source);
        if (const manifest::Declared* declared = facts_.manifest.declared(wanted.name)) step.expect = declared->expect;
        const std::vector<std::string> roles = usage_.roles_of(wanted.name);
        step.embeds = std::ranges::find(roles, "embedding") != roles.end() ||
                      (inquiry.locked && !inquiry.locked->vectors.empty());
        return step;
    }

    bool is_installed_as_locked(const Step& step) const {
        return step.locked && step.before && step.locked->is(*step.before);
    }

    Step of_current(Step step, const Inquiry& inquiry) const {
        if (step.locked && is_installed_as_locked(step)) {
            step.reason = "its tag still serves what is locked";
            return step;
        }
        if (step.locked) {
            step.reason =
                step.before ? "another content than the locked one is installed" : "it is locked, and not installed";
            return replaced(std::move(step), inquiry, *inquiry.upstream);
        }
        if (pins(step.name)) return adopted(std::move(step), inquiry, "it is what its tag serves, and not locked yet");
        step.reason = "its tag still serves what is installed";
        return step;
    }

    // Under another digest, that the registry or the server gave it.
    Step of_same_content(Step step, const Inquiry& inquiry) const {
        if (step.locked) {
            step.entry = *step.locked;
            if (!step.locked->is(*inquiry.upstream)) step.entry->same.push_back(*inquiry.upstream);
        }
        const bool is_there = is_installed_as_locked(step) || step.before == inquiry.upstream;
        if (!is_there && step.locked) {
            step.reason = "the locked content is not installed";
            return replaced(std::move(step), inquiry, *inquiry.upstream);
        }
        step.what = step.locked && step.entry->same != step.locked->same ? Do::record : Do::nothing;
        step.reason = "its tag serves the same content under another digest, " + inquiry.upstream->id();
        return step;
    }

    Step of_moved(Step step, const Inquiry& inquiry) const {
        step.reason = step.standing->reason;
        if (step.before == inquiry.upstream)
            return adopted(std::move(step), inquiry, "what its tag serves now is installed, and not locked yet");
        return replaced(std::move(step), inquiry, *inquiry.upstream);
    }

    Step of_absent(Step step, const Inquiry& inquiry, const manifest::Wanted& wanted) const {
        if (!wanted.declared) {
            return refused(std::move(step),
                           Error(Kind::not_found, quoted(wanted.target) + " is neither installed nor declared")
                               .hint("`codemate pull " + wanted.name.display_short() + "` installs it"));
        }
        if (inquiry.error || !inquiry.upstream)
            return refused(std::move(step), inquiry.error.value_or(Error(Kind::failed, "its registry was not asked")));
        step.reason = "it is declared, and neither installed nor locked";
        return replaced(std::move(step), inquiry, *inquiry.upstream);
    }

    Step without_registry(Step step, const Inquiry& inquiry, const upstream::Standing& standing) const {
        if (step.before && (!step.locked || is_installed_as_locked(step))) {
            step.reason = "no registry has it: there is nothing newer";
            return step;
        }
        Error error = inquiry.error.value_or(Error(Kind::not_found, standing.reason));
        return refused(
            std::move(step),
            error.hint("it is locked, but not installed so: `codemate pull` looks for its layers elsewhere"));
    }

    // A registry that perhaps only the server gets to. What it refuses to tell codemate it may refuse the server.
    Step unanswered(Step step, const Inquiry& inquiry, const upstream::Standing& standing) const {
        Error error = inquiry.error.value_or(Error(Kind::unreachable, standing.reason));
        if (error.kind() != Kind::unreachable || !step.before) return refused(std::move(step), std::move(error));
        step.what = Do::replace;
        step.by_server = true;
        step.reason = "codemate does not get to its registry (" + error.message() + "); perhaps the server does";
        if (pins(step.name))
            step.entry = step.locked ? *step.locked : Locked{Digest(), step.origin, {}, {}, {}, {}, {}};
        return step;
    }

    const Image* image_of(const Inquiry& inquiry) const {
        if (inquiry.image) return &*inquiry.image;
        const auto found = facts_.images.find(inquiry.name);
        return found == facts_.images.end() ? nullptr : &found->second;
    }

    std::string quantization_of(const Inquiry& inquiry) const {
        if (inquiry.after) return inquiry.after->quantization;
        const auto found = facts_.configurations.find(inquiry.name);
        return found == facts_.configurations.end() ? std::string() : found->second.quantization;
    }

    // The lock's entry for the content that is to come. Of the same content it stays, with the digest added.
    void add_entry(Step& step, const Inquiry& inquiry) const {
        if (!pins(step.name) || step.entry) return;
        if (step.locked && step.after && step.locked->digest == *step.after) return;
        Locked entry{*step.after, step.origin, {}, {}, {}, {}, {}};
        if (step.image) {
            entry.size = step.image->size();
            entry.bytes = step.image->bytes;
            entry.quantization = quantization_of(inquiry);
        } else if (inquiry.installed) {
            entry.size = inquiry.installed->size;
            entry.quantization = known_quantization(inquiry.installed->quantization);
        }
        if (step.locked) entry.vectors = step.locked->vectors;
        step.entry = std::move(entry);
    }

    std::optional<Error> unfit(const Step& step, const Inquiry& inquiry) const {
        rules::Known known{{}, quantization_of(inquiry), {}, {}};
        if (step.image) {
            known.size = step.image->size();
            known.licenses = step.image->licenses();
        }
        manifest::Expect expect = step.expect;
        expect.context.reset(); // only the candidate itself tells it
        return rules::unfit_to_pin(expect, known);
    }

    Step adopted(Step step, const Inquiry& inquiry, std::string reason) const {
        step.what = Do::adopt;
        step.after = inquiry.upstream;
        if (const Image* image = image_of(inquiry); image != nullptr && image->digest == *step.after)
            step.image = *image;
        step.reason = std::move(reason);
        step.to_fetch = ByteCount();
        add_entry(step, inquiry);
        if (!step.entry) {
            step.what = Do::nothing;
            step.reason = "what its tag serves is installed";
            return step;
        }
        if (auto breach = unfit(step, inquiry)) return refused(std::move(step), std::move(*breach));
        return step;
    }

    Step replaced(Step step, const Inquiry& inquiry, const Digest& after) const {
        step.what = Do::replace;
        step.after = after;
        const auto supply = facts_.supplies.find(step.name);
        if (supply != facts_.supplies.end()) {
            step.image = supply->second.image;
            step.after = step.image->digest;
            step.to_fetch = supply->second.to_fetch();
        }
        if (inquiry.error && !step.image) return refused(std::move(step), *inquiry.error);
        add_entry(step, inquiry);
        if (auto breach = unfit(step, inquiry)) return refused(std::move(step), std::move(*breach));
        step.holder = holder_of(*step.after);
        if (step.holder) {
            step.to_fetch = ByteCount();
            return step;
        }
        if (supply == facts_.supplies.end())
            return refused(std::move(step), Error(Kind::not_found, "nobody has the manifest of " + after.id()));
        if (auto obstacle = supply->second.obstacle()) return refused(std::move(step), std::move(*obstacle));
        return step;
    }

    std::optional<ModelName> holder_of(const Digest& digest) const {
        for (const ollama::Installed& model : facts_.installed) {
            if (!model.cloud() && !model.name.misread_by_server() && model.digest == digest) return model.name;
        }
        return std::nullopt;
    }

    const Facts& facts_;
    manifest::Usage usage_;
};

} // namespace

namespace {

// As `check` counts it: of the required set, by the lock as it shall be, shared layers once.
std::optional<Error> excess_of_budget(const Plan& plan, const Facts& facts) {
    const bool comes = std::ranges::any_of(plan.steps, [](const Step& step) { return step.what == Do::replace; });
    if (!facts.manifest.disk_budget || !comes) return std::nullopt;
    manifest::Lock then = facts.lock.value_or(manifest::Lock());
    for (const Step& step : plan.steps) {
        if (!step.image) continue;
        then.models.insert_or_assign(
            step.name, Locked{step.image->digest, step.origin, step.image->size(), {}, step.image->bytes, {}, {}});
    }
    const ByteCount sum = rules::pinned_size(manifest::required_set(facts.manifest), then).sum;
    const ByteCount budget = *facts.manifest.disk_budget;
    if (sum <= budget) return std::nullopt;
    return Error(Kind::refused, "the required set would take " + to_string(sum) + ", " + to_string(sum - budget) +
                                    " more than the budget of " + to_string(budget))
        .hint("raise budget.disk of the manifest, require smaller models, or --force");
}

} // namespace

Plan plan(const Facts& facts, const Options& options) {
    Plan plan;
    const Planning planning(facts);
    for (const manifest::Wanted& wanted : facts.wanted)
        plan.steps.push_back(planning.step_for(wanted));
    if (!options.force) plan.refusal = excess_of_budget(plan, facts);
    return plan;
}

bool Plan::changes() const {
    return std::ranges::any_of(steps, &Step::changes);
}

ByteCount Plan::to_fetch() const {
    ByteCount sum;
    for (const Step& step : steps) {
        if (step.what == Do::replace && step.to_fetch) sum += *step.to_fetch;
    }
    return sum;
}

} // namespace codemate::lifecycle::update
