#include "lifecycle/pull/transfer.hpp"

#include "lifecycle/pull/arrivals.hpp"

#include "codemate/base/grace.hpp"
#include "codemate/base/text.hpp"
#include "codemate/rules/snapshot_names.hpp"

#include <algorithm>

namespace codemate::lifecycle::pull {
namespace {

using ollama::Installed;
using ollama::PullEvent;

// One model on its way: the step, what is known so far, and who is told.
class Transfer {
public:
    Transfer(const Step& step, const Plan& plan, const Ports& ports, const Run& run)
        : step_(step), plan_(plan), ports_(ports), run_(run), arrivals_(ports.clock.steady()) {
        item_.step = step;
    }

    Item carry_out() {
        const SteadyTime began = ports_.clock.steady();
        tell(Event::Type::begin, step_.copies() ? "pulling " + step_.source.display() : "pulling");
        try {
            throw_if_stopped(run_.stop);
            fetch_and_place();
        } catch (const Interrupted&) {
            item_.outcome = Outcome::interrupted;
            item_.fetched = arrivals_.fetched();
        } catch (const Error& error) {
            item_.outcome = Outcome::failed;
            item_.fetched = arrivals_.fetched();
            cause_ = error.message();
            item_.error = error;
            item_.error->context("cannot pull " + quoted(step_.name.display()));
            if (error.kind() == Kind::not_found) suggest();
        }
        item_.took = ports_.clock.steady() - began;
        tell_end();
        return item_;
    }

private:
    void fetch_and_place() {
        // Looked at right before, not when the plan was made: somebody else may have pulled meanwhile.
        const std::vector<Installed> before = ports_.server.installed(run_.stop);
        ports_.server.pull(
            step_.source, step_.transport, [this](const PullEvent& event) { return on(event); }, run_.stop);
        // From here on a stop has to wait a moment: what is left to do is quick, and half of it would leave a name
        // behind that the next run could not tell from a model of the user's.
        const Grace grace(run_.stop, std::chrono::milliseconds(700));
        last_steps_ = grace.stop();
        const std::vector<Installed> after = ports_.server.installed(last_steps_);
        const Installed* source = find(after, step_.source);
        if (source == nullptr) {
            throw Error(Kind::failed,
                        "the server reported success, but does not list " + quoted(step_.source.display()))
                .hint("its files may be damaged, or its disk full; the server's own log says more");
        }
        record(*source);
        if (step_.copies()) place(*source, before, after);
        judge(before, *source);
    }

    // A known word beside the one that was typed and that the registry does not know.
    void suggest() {
        if (step_.declared) return;
        std::vector<std::string> words = plan_.known_words;
        std::erase_if(words, [&](const std::string& word) { return equal_ignoring_case(word, step_.target); });
        if (const auto near = nearest(step_.target, words)) item_.error->hint("did you mean " + quoted(*near) + "?");
    }

    void record(const Installed& model) {
        item_.digest = model.digest;
        item_.size = model.size;
        // The sum of the manifest's sizes without what was there: layers that came too quickly for an event count too.
        item_.fetched = model.size.count() > 0 ? model.size - arrivals_.present_before() : arrivals_.fetched();
    }

    // From the name that the server pulled to the model's own.
    void place(const Installed& source, const std::vector<Installed>& before, const std::vector<Installed>& after) {
        tell(Event::Type::stage, "copying to " + step_.name.display());
        const Digest digest = source.digest.value_or(Digest());
        const ModelName spare =
            rules::snapshot_name(step_.name, ports_.clock.now(), replaced_digest(after).value_or(digest));
        ollama::copy_over(ports_.server, step_.source, step_.name, spare, after, last_steps_);
        if (may_remove_source(source, before)) remove_source();
    }

    std::optional<Digest> replaced_digest(const std::vector<Installed>& installed) const {
        const Installed* replaced = find(installed, step_.name);
        return replaced == nullptr ? std::nullopt : replaced->digest;
    }

    // The name that only this pull made goes, but never one that was there before, that the manifest declares or that
    // this run was asked for, nor one that no longer is what was copied.
    bool may_remove_source(const Installed& source, const std::vector<Installed>& before) const {
        if (step_.keep_source || find(before, step_.source) != nullptr || !source.digest) return false;
        const bool asked_for = std::any_of(plan_.steps.begin(), plan_.steps.end(),
                                           [&](const Step& other) { return other.name.same_on_server(step_.source); });
        if (asked_for) return false;
        const std::vector<Installed> now = ports_.server.installed(last_steps_);
        const Installed* same = find(now, step_.source);
        return same != nullptr && same->digest == source.digest;
    }

    void remove_source() {
        try {
            ports_.server.remove(step_.source, last_steps_);
        } catch (const Error& error) {
            tell(Event::Type::note,
                 "the helper name " + step_.source.display() + " could not be removed: " + error.message());
        }
    }

    void judge(const std::vector<Installed>& before, const Installed& source) {
        const Installed* old = find(before, step_.name);
        if (old == nullptr) {
            item_.outcome = Outcome::pulled;
        } else {
            const bool same = old->digest && old->digest == source.digest;
            item_.outcome = same ? Outcome::unchanged : Outcome::updated;
            if (same) item_.fetched = arrivals_.seen_moving();
        }
        item_.step.before = old == nullptr ? std::nullopt : old->digest;
    }

    ollama::Flow on(const PullEvent& event) {
        const SteadyTime now = ports_.clock.steady();
        arrivals_.on(event, now);
        // The server's last word is not yet the end of the item.
        const bool is_news = event.stage != PullEvent::Stage::silence && event.status != "success";
        if (is_news && event.status != stage_) {
            stage_ = event.status;
            tell(Event::Type::stage, stage_);
        }
        // A pulse of silence is told too: whoever draws wants to move on.
        Event amount{Event::Type::amount, step_.name.display(), {}, arrivals_.completed(), arrivals_.total()};
        if (run_.events) run_.events(amount);
        return ollama::Flow::go_on;
    }

    void tell(Event::Type type, std::string text) {
        if (run_.events)
            run_.events({type, step_.name.display(), std::move(text), arrivals_.completed(), arrivals_.total()});
    }

    void tell_end() {
        if (!run_.events) return;
        const bool failed = item_.outcome == Outcome::failed || item_.outcome == Outcome::interrupted;
        run_.events({Event::Type::end, step_.name.display(), end_text(), item_.size, item_.size, failed});
    }

    std::string end_text() const {
        switch (item_.outcome) {
        case Outcome::pulled:
            return "pulled, " + to_string(item_.fetched) + " in " + to_text(item_.took);
        case Outcome::updated:
            return "updated, " + to_string(item_.fetched) + " in " + to_text(item_.took);
        case Outcome::unchanged:
            return "up to date";
        case Outcome::failed:
            return cause_;
        default:
            return "interrupted";
        }
    }

    const Step& step_;
    const Plan& plan_;
    const Ports& ports_;
    const Run& run_;
    Arrivals arrivals_;
    std::string stage_;
    Stop last_steps_;
    std::string cause_; // of a failure, without what was being done
    Item item_{step_};
};

} // namespace

const Installed* find(const std::vector<Installed>& models, const ModelName& name) {
    const auto found = std::find_if(models.begin(), models.end(),
                                    [&](const Installed& model) { return model.name.same_on_server(name); });
    return found == models.end() ? nullptr : &*found;
}

Item transfer(const Step& step, const Plan& plan, const Ports& ports, const Run& run) {
    return Transfer(step, plan, ports, run).carry_out();
}

} // namespace codemate::lifecycle::pull
