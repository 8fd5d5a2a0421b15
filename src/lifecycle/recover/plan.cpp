#include "codemate/base/text.hpp"
#include "codemate/lifecycle/recover.hpp"
#include "codemate/rules/keep.hpp"
#include "codemate/rules/own_names.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>

namespace codemate::lifecycle::recover {
namespace {

using ollama::Installed;
using state::Change;

// What one change has left, and what is to be done about it.
class Remains {
public:
    Remains(const Change& change, std::vector<Digest> pinned, const Facts& facts)
        : change_(change), pinned_(std::move(pinned)), facts_(facts),
          there_(rules::find(facts.installed, change.name)) {
        if (change.helper) helper_ = rules::find(facts.installed, *change.helper);
        if (there_ != nullptr) content_ = there_->digest;
        for (const Installed& model : facts.installed) {
            if (is_snapshot_of_it(model)) snapshots_.push_back(&model);
        }
        // Spares of an exchange look like snapshots, with the digest of what they make room for in their names.
        std::ranges::stable_partition(snapshots_,
                                      [](const Installed* model) { return is_named_after_content(*model); });
    }

    std::vector<Step> steps() {
        if (change_.replacing) {
            undo_replacing();
        } else if (!rules::is_candidate_name(change_.name)) { // of that one nothing is wanted any more
            finish();
            put_back();
        }
        drop_snapshots();
        drop_helper();
        return std::move(steps_);
    }

private:
    bool is_snapshot_of_it(const Installed& model) const {
        const auto name = rules::parse_snapshot_name(model.name);
        return name && name->is_of(change_.name) &&
               name->made >= std::chrono::floor<std::chrono::seconds>(change_.began);
    }

    static bool is_named_after_content(const Installed& model) {
        const auto name = rules::parse_snapshot_name(model.name);
        return name && model.digest && name->digest_id == model.digest->id();
    }

    bool untouched() const { // by anybody else since
        return there_ == nullptr ? !change_.before : there_->digest == change_.before;
    }

    bool is_wanted(const std::optional<Digest>& digest) const {
        return digest && (change_.wanted.empty() || std::ranges::find(change_.wanted, *digest) != change_.wanted.end());
    }

    void finish() {
        if (helper_ == nullptr || !untouched() || !is_wanted(helper_->digest) || content_ == helper_->digest) return;
        const bool is_kept = std::ranges::any_of(
            snapshots_, [&](const Installed* snapshot) { return snapshot->digest == change_.before; });
        // Only what a pin replaces is kept, as in a pull that is not cut off.
        if (there_ != nullptr && there_->digest && !is_kept && !change_.wanted.empty()) {
            const ModelName as = rules::free_snapshot_name(there_->name, facts_.now, *there_->digest, facts_.installed);
            add(Step::Do::keep, as, there_->name, "it is about to be replaced");
        }
        add(Step::Do::place, change_.name, helper_->name, "it was pulled, but not put in its place yet");
        content_ = helper_->digest;
    }

    // What the name had is better than nothing, and than what came in the place of the pin.
    void put_back() {
        const bool spoilt = there_ != nullptr && !change_.helper && !change_.wanted.empty() && !is_wanted(content_);
        if ((there_ != nullptr && !spoilt) || content_ == change_.before || !change_.before) return;
        const auto kept = std::ranges::find_if(
            snapshots_, [&](const Installed* snapshot) { return snapshot->digest == change_.before; });
        if (kept == snapshots_.end()) return;
        add(Step::Do::place, change_.name, (*kept)->name, "it was lost in the middle of a change");
        content_ = (*kept)->digest;
    }

    // The lock is the last thing that is written: once it has the content the change is over. Without a lock the name
    // itself decides, if it is known what was to come.
    bool is_over() const {
        if (!content_) return false;
        if (change_.replacing->lock) return std::ranges::find(pinned_, *content_) != pinned_.end();
        return !change_.wanted.empty() && is_wanted(content_);
    }

    // Which state it ended in.
    std::string end_of_update() const {
        const std::string name = change_.name.display();
        if (!content_) return "the update of " + name + " was cut off; it is not installed, as before";
        if (content_ == change_.before)
            return "the update of " + name + " was cut off; it has " + content_->id() + ", as before";
        return "the update of " + name + " is done; it has " + content_->id();
    }

    void undo_replacing() {
        if (is_over() || content_ == change_.before) return;
        if (there_ != nullptr && !is_wanted(content_)) return; // somebody else has changed it since
        if (!change_.before) {
            if (there_ != nullptr && there_->modified >= std::chrono::floor<std::chrono::seconds>(change_.began))
                add(Step::Do::remove, there_->name, {}, "it was installed by an update that did not come to its end");
            content_.reset();
            return;
        }
        const auto kept = std::ranges::find_if(
            snapshots_, [&](const Installed* snapshot) { return snapshot->digest == change_.before; });
        if (kept == snapshots_.end()) return;
        add(Step::Do::place, change_.name, (*kept)->name, "its update did not come to its end");
        content_ = (*kept)->digest;
    }

    // Those of what the name has, and all but one of the same content: helpers of an exchange.
    void drop_snapshots() {
        std::vector<Digest> kept;
        for (const Installed* snapshot : snapshots_) {
            const bool again = snapshot->digest && std::ranges::find(kept, *snapshot->digest) != kept.end();
            // What was never proven is no way back.
            const bool is_spare = change_.replacing && snapshot->digest != change_.before;
            if (again || is_spare || (snapshot->digest && snapshot->digest == content_)) {
                add(Step::Do::remove, snapshot->name, {}, "a snapshot that is not needed");
            } else if (snapshot->digest) {
                kept.push_back(*snapshot->digest);
            }
        }
    }

    void drop_helper() {
        if (helper_ == nullptr) return;
        if (rules::is_own_name(helper_->name)) {
            add(Step::Do::remove, helper_->name, {},
                change_.replacing ? end_of_update() : "a helper of a pull that was cut off");
        } else {
            add(Step::Do::leave, helper_->name, {},
                "the name that " + change_.name.display() +
                    " was pulled under; `ollama rm` removes it if you do not use it");
        }
    }

    void add(Step::Do what, const ModelName& name, std::optional<ModelName> source, std::string reason) {
        steps_.push_back({what, name, std::move(source), std::move(reason)});
    }

    const Change& change_;
    const std::vector<Digest> pinned_; // of one that replaces a content: what its lock says now
    const Facts& facts_;
    const Installed* there_;
    const Installed* helper_ = nullptr;
    std::optional<Digest> content_; // that the name has after the steps so far
    std::vector<const Installed*> snapshots_;
    std::vector<Step> steps_;
};

bool is_named(const Plan& plan, const ModelName& name) {
    return std::ranges::any_of(plan.steps, [&](const Step& step) { return step.name.same_on_server(name); });
}

} // namespace

Plan plan(const Facts& facts) {
    Plan plan;
    for (std::size_t i = 0; i < facts.changes.size(); ++i) {
        const auto pin = facts.pinned.find(i);
        const auto pinned = pin == facts.pinned.end() ? std::vector<Digest>() : pin->second;
        for (Step& step : Remains(facts.changes[i], pinned, facts).steps()) {
            if (!is_named(plan, step.name)) plan.steps.push_back(std::move(step));
        }
    }
    for (const Installed& model : facts.installed) {
        if (!rules::is_left_behind(model, facts.now) || is_named(plan, model.name)) continue;
        const bool is_candidate = rules::is_candidate_name(model.name);
        plan.steps.push_back(
            {Step::Do::remove,
             model.name,
             {},
             is_candidate ? "a candidate of an update that was cut off" : "a helper of a pull that was cut off"});
    }
    return plan;
}

bool may_still_arrive(const Change& change, const Facts& facts) {
    return change.helper && rules::is_relay_name(*change.helper) &&
           rules::find(facts.installed, *change.helper) == nullptr &&
           facts.now < change.began + rules::relay_names_kept_for;
}

std::string_view to_string(Step::Do what) {
    switch (what) {
    case Step::Do::place:
        return "place";
    case Step::Do::keep:
        return "keep";
    case Step::Do::remove:
        return "remove";
    case Step::Do::leave:
        break;
    }
    return "leave";
}

} // namespace codemate::lifecycle::recover
