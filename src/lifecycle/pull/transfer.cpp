#include "lifecycle/pull/transfer.hpp"

#include "lifecycle/pull/account.hpp"
#include "lifecycle/pull/download.hpp"
#include "lifecycle/pull/freeing.hpp"
#include "lifecycle/pull/keeping.hpp"
#include "lifecycle/pull/memory.hpp"
#include "lifecycle/pull/mismatch.hpp"
#include "lifecycle/pull/pinning.hpp"
#include "lifecycle/pull/relayed.hpp"
#include "lifecycle/pull/source.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/grace.hpp"
#include "codemate/base/text.hpp"
#include "codemate/rules/own_names.hpp"
#include "codemate/rules/source_hints.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>

namespace codemate::lifecycle::pull {
namespace {

using ollama::Installed;
using ollama::PullEvent;
using rules::find;

// One model on its way: the step, what is known so far, and who is told.
class Transfer {
public:
    Transfer(const Step& step, const Plan& plan, Shared& shared)
        : step_(step), plan_(plan), shared_(shared), ports_(shared.ports), run_(shared.run),
          keeping_(ports_.server, ports_.clock), account_(step, shared.layers, ports_.clock, run_),
          relayed_(step, shared, account_), freeing_(step, shared, account_), source_(step, plan, ports_, account_) {
        item_.step = step;
    }

    Item carry_out() {
        account_.begin();
        try {
            throw_if_stopped(run_.stop);
            const Memory::Alone alone = wait_until_alone();
            if (!alone.waited || !is_done_meanwhile()) carry_out_step();
        } catch (const Interrupted&) {
            item_.outcome = Outcome::interrupted;
            item_.fetched = account_.fetched();
            for (const std::string& note : undo())
                account_.note(note);
        } catch (const Error& error) {
            item_.outcome = Outcome::failed;
            item_.fetched = account_.fetched();
            cause_ = error.message();
            item_.error = error;
            item_.error->context("cannot pull " + quoted(step_.name.display()));
            if (error.kind() == Kind::not_found)
                if (const auto near = suggestion(step_, plan_))
                    item_.error->hint("did you mean " + quoted(*near) + "?");
            if (!freeing_.advice().empty() && may_be_blocked(error)) item_.error->hint(freeing_.advice());
            for (std::string& note : undo())
                item_.error->note(std::move(note));
        }
        item_.took = ports_.clock.steady() - began_;
        settle();
        account_.end(item_, cause_);
        return item_;
    }

private:
    // Another process that changes this model now would find and leave things half done.
    Memory::Alone wait_until_alone() {
        const bool changes = step_.what != Step::Do::nothing && step_.what != Step::Do::refuse;
        if (!changes) return {};
        return shared_.memory.alone(step_.name, [this](std::string text) { account_.note(std::move(text)); });
    }

    bool is_done_meanwhile() {
        const std::vector<Installed> now = ports_.server.installed(run_.stop);
        const Installed* there = find(now, step_.name);
        if (!step_.pin || there == nullptr || !step_.pin->is(there->digest)) return false;
        item_.outcome = Outcome::unchanged;
        item_.digest = there->digest;
        item_.size = there->size;
        write_to_lock(step_.first_use ? there : nullptr);
        return true;
    }

    void carry_out_step() {
        switch (step_.what) {
        case Step::Do::nothing:
            item_.outcome = Outcome::unchanged;
            item_.digest = step_.before;
            item_.size = step_.pin->size;
            return step_.first_use ? use_installed() : write_to_lock(nullptr);
        case Step::Do::copy_installed:
            return copy_installed();
        case Step::Do::refuse:
            throw *step_.obstacle;
        case Step::Do::fetch:
            return fetch_and_place();
        case Step::Do::fetch_limited:
            return fetch_limited();
        case Step::Do::fetch_locked:
            return fetch_layers(*step_.supply);
        }
    }

    // From here on a stop has to wait a moment: what is left to do is quick, and half of it would leave a name behind
    // that the next run could not tell from a model of the user's.
    const Stop& last_steps() {
        if (!grace_) grace_.emplace(run_.stop, std::chrono::milliseconds(700));
        return last_steps_ = grace_->stop();
    }

    // Looked at again: the name that had the pinned content may be gone or changed since the plan.
    void copy_installed() {
        const std::vector<Installed> now = ports_.server.installed(run_.stop);
        const Installed* holder = find(now, step_.source);
        if (holder == nullptr || !step_.pin->is(holder->digest)) {
            throw Error(Kind::failed, quoted(step_.source.display()) + " has changed meanwhile")
                .hint("run the command again");
        }
        last_steps();
        begin_change(now);
        keep(step_.name, now, last_steps_);
        place(*holder, now, now);
        item_.digest = holder->digest;
        item_.size = holder->size;
        item_.outcome = Outcome::copied;
        tell_kept();
        remember();
        write_to_lock(step_.first_use ? holder : nullptr);
    }

    // NAME@sha256:… of a model that has no entry yet, and is what was asked for.
    void use_installed() {
        const std::vector<Installed> now = ports_.server.installed(run_.stop);
        const Installed* model = find(now, step_.name);
        write_to_lock(model != nullptr && step_.pin->is(model->digest) ? model : nullptr);
    }

    // What is left half done is found by the next run. Of the names that appear only that of a helper is told: a
    // snapshot's says itself what it is of.
    void begin_change(const std::vector<Installed>& installed) {
        if (change_ || (!step_.pin && source_.is_own())) return;
        state::Change change{shared_.memory.server(), step_.name};
        const Installed* there = find(installed, step_.name);
        if (there != nullptr) change.before = there->digest;
        if (step_.pin) {
            change.wanted = step_.pin->same;
            change.wanted.insert(change.wanted.begin(), step_.pin->digest);
        }
        if (!source_.is_own() && !source_.is_in(installed)) change.helper = source_.name();
        change.began = ports_.clock.now();
        change.fetching = fetching_;
        change_ = shared_.memory.begin(change);
    }

    // Unless something was left: then the next run goes on with it.
    void settle() {
        if (change_ && keeping_.settled() && source_.is_settled()) change_->done();
    }

    // For the way back to a content that no lock pins.
    void remember() {
        if (!item_.digest || !shared_.memory.keeps_journal()) return;
        state::Pulled pulled{ports_.clock.now(), shared_.memory.server(), step_.name, *item_.digest, {}, step_.origin};
        if (!image_ || image_->digest != *item_.digest) image_ = find_image(step_, *item_.digest, ports_, run_.stop);
        if (image_) pulled.manifest = image_->bytes;
        pulled.fetched = item_.fetched;
        pulled.took = ports_.clock.steady() - began_;
        pulled.attempts = item_.attempts.size();
        pulled.stalls = static_cast<std::size_t>(std::ranges::count(item_.attempts, true, &Attempt::stood_still));
        pulled.lost = item_.lost;
        shared_.memory.add(pulled);
    }

    void keep(const ModelName& name, const std::vector<Installed>& installed, const Stop& stop) {
        if (step_.pin) keeping_.keep(name, installed, stop);
    }

    void tell_kept() {
        for (const std::string& note : keeping_.drop_needless(last_steps_))
            account_.note(note);
        item_.kept_as = keeping_.names();
        for (const ModelName& name : item_.kept_as)
            account_.note("what was installed before is kept as " + name.display());
    }

    // A pull that failed or was stopped may have changed the name nevertheless: an answer can get lost, and a server
    // can write what nobody asked for.
    std::vector<std::string> undo() {
        std::vector<std::string> notes;
        if (step_.pin && step_.what != Step::Do::refuse) notes = keeping_.undo(*step_.pin, last_steps());
        item_.kept_as = keeping_.names();
        if (const auto& name = source_.pulled_as())
            notes.push_back("what was pulled is installed as " + name->display());
        return notes;
    }

    void fetch_and_place() {
        // Looked at right before, not when the plan was made: somebody else may have pulled meanwhile.
        const std::vector<Installed> before = ports_.server.installed(run_.stop);
        begin_change(before);
        keep(source_.name(), before, run_.stop);
        freeing_.pulls(source_.name(), source_.is_in(before));
        if (const auto refusal = pull_tag()) return fetch_layers(relayed_.supply_instead(*refusal));
        put_in_place(before);
    }

    // What the tag serves, through a relay that holds the rate; where there is no way to one, as ever, with pauses.
    void fetch_limited() {
        std::optional<upstream::Supply> supply = relayed_.supply_to_limit();
        if (!supply) {
            item_.pace = Pace::average;
            return fetch_and_place();
        }
        if (step_.pin && !step_.pin->is(supply->image.digest)) throw moved_away(step_, supply->image.digest);
        if (is_there_already(*supply)) return;
        fetch_layers(std::move(*supply));
    }

    bool is_there_already(const upstream::Supply& supply) {
        const std::vector<Installed> now = ports_.server.installed(run_.stop);
        const Installed* there = find(now, step_.name);
        if (!supply.missing.empty() || there == nullptr || there->digest != supply.image.digest) return false;
        image_ = supply.image;
        item_.outcome = Outcome::unchanged;
        item_.digest = there->digest;
        item_.size = there->size;
        write_to_lock(step_.first_use ? there : nullptr);
        return true;
    }

    Download download(ollama::Transport transport) {
        return {source_.name(),
                transport,
                shared_.options,
                ports_,
                freeing_,
                {[this](const PullEvent& event) { account_.on(event); },
                 [this](std::string note) { account_.note(std::move(note)); },
                 [this] {
                     if (source_.is_relayed()) relayed_.discard_unverified(image_->blobs(), fetching_);
                 }}};
    }

    // Also of one that fails its attempts are told.
    void run(Download& download) {
        const auto record = [&] {
            item_.attempts.insert(item_.attempts.end(), download.attempts().begin(), download.attempts().end());
            item_.lost = account_.lost();
        };
        try {
            download.run(run_.stop);
        } catch (...) {
            record();
            throw;
        }
        record();
    }

    // What a registry said that this server cannot pull from, though codemate perhaps can.
    std::optional<Error> pull_tag() {
        try {
            Download download = this->download(step_.transport);
            if (item_.pace == Pace::average) download.within(shared_.allowance);
            if (step_.image) download.expect(*step_.image);
            run(download);
            return std::nullopt;
        } catch (const Error& error) {
            const bool refused = error.kind() == Kind::unsupported || error.kind() == Kind::unauthorised ||
                                 error.kind() == Kind::forbidden;
            if (!refused || source_.name().on_public_registry() || ports_.relays == nullptr ||
                ports_.registry == nullptr)
                throw;
            return error;
        }
    }

    // What was there when the plan was made may have gone since: looked for once more.
    void fetch_layers(upstream::Supply supply) {
        relayed_.fetch(std::move(supply), [this](const upstream::Supply& found) { fetch_from(found); });
    }

    void fetch_from(const upstream::Supply& supply) {
        const std::vector<Installed> before = ports_.server.installed(run_.stop);
        image_ = supply.image;
        const auto relay = shared_.route.open({supply.image, step_.name, supply.sources}, run_);
        source_.go_through(relay->name());
        if (change_) change_->done();
        change_.reset(); // it was about another name
        fetching_.clear();
        for (const Layer& layer : supply.missing)
            fetching_.push_back(layer.digest);
        begin_change(before);
        if (shared_.options.rate) item_.pace = Pace::smooth;
        Download download = this->download(ollama::Transport::plain_http);
        freeing_.pulls(source_.name(), false);
        download.from(*relay, shared_.route.carries());
        download.expect(supply.image);
        try {
            run(download);
        } catch (Error& error) {
            source_.remove_if_there(last_steps());
            if (shared_.options.from) rules::add_hint(error, *shared_.options.from);
            throw;
        }
        carried_ = carried(*relay, supply);
        put_in_place(before);
    }

    // Nothing: not all went through the relay. What came twice is counted once.
    static std::optional<ByteCount> carried(const relay::Relay& relay, const upstream::Supply& supply) {
        const relay::Traffic traffic = relay.traffic();
        if (traffic.redirected > 0) return std::nullopt;
        return std::min(traffic.carried, supply.to_fetch());
    }

    void put_in_place(const std::vector<Installed>& before) {
        last_steps();
        const std::vector<Installed> after = ports_.server.installed(last_steps_);
        const Installed* source = find(after, source_.name());
        if (source == nullptr) {
            if (source_.is_relayed()) source_.remove_if_there(last_steps_);
            throw Error(Kind::failed,
                        "the server reported success, but does not list " + quoted(source_.name().display()))
                .hint("its files may be damaged, or its disk full; the server's own log says more");
        }
        if (is_wrong(*source)) throw rejected(*source, before);
        record(*source);
        if (!source_.is_own()) {
            if (!source_.is_in(before)) source_.pulled();
            keep(step_.name, after, last_steps_);
            place(*source, before, after);
            source_.placed();
        }
        judge(before, *source);
        tell_kept();
        if (item_.outcome != Outcome::unchanged) remember();
        write_to_lock(step_.first_use ? source : nullptr);
    }

    bool is_wrong(const Installed& source) const {
        if (step_.pin) return !step_.pin->is(source.digest);
        return source_.is_relayed() && source.digest != image_->digest;
    }

    // A helper of ours goes with the wrong content; a true name is undone as any failed pull.
    Error rejected(const Installed& source, const std::vector<Installed>& before) {
        const Digest& wanted = step_.pin ? step_.pin->digest : image_->digest;
        Error error = other_content(step_, source.digest, wanted, source_.is_relayed());
        if (source_.is_relayed() && !source_.is_in(before)) source_.remove(last_steps_);
        return error;
    }

    // The model is installed whatever comes now: what goes wrong here is the item's error, not its outcome. `first`:
    // what is used for the first time.
    void write_to_lock(const Installed* first) {
        try {
            last_steps();
            record_same(step_, ports_, last_steps_);
            record_manifest(step_, ports_, last_steps_);
            if (first != nullptr) {
                if (!image_ || image_->digest != first->digest)
                    image_ = first->digest ? find_image(step_, *first->digest, ports_, last_steps_) : std::nullopt;
                item_.locked_now = record_pin(step_, *first, image_, ports_, last_steps_);
            }
            if (item_.locked_now) account_.note("locked at " + first->digest->id() + " (first use)");
        } catch (const Interrupted&) {
            item_.error = Error(Kind::failed, "interrupted");
        } catch (const Error& error) {
            item_.error = error;
        }
        if (item_.error) item_.error->context(quoted(step_.name.display()) + " is installed, but not locked");
    }

    void record(const Installed& model) {
        item_.digest = model.digest;
        item_.size = model.size;
        item_.fetched = carried_.value_or(account_.fetched_of(model.size));
    }

    // From the name that the server pulled to the model's own.
    void place(const Installed& source, const std::vector<Installed>& before, const std::vector<Installed>& after) {
        account_.tell(Event::Type::stage, "copying to " + step_.name.display());
        const Digest digest = source.digest.value_or(Digest());
        // Not the name of the snapshot that may be there already, which has the old content's digest.
        const ModelName spare = rules::free_snapshot_name(step_.name, ports_.clock.now(), digest, after);
        ollama::copy_over(ports_.server, source_.name(), step_.name, spare, after, last_steps_);
        if (source_.may_go(source, before, last_steps_)) source_.remove(last_steps_);
    }

    void judge(const std::vector<Installed>& before, const Installed& source) {
        const Installed* old = find(before, step_.name);
        if (old == nullptr) {
            item_.outcome = Outcome::pulled;
        } else {
            const bool same = old->digest && old->digest == source.digest;
            item_.outcome = same ? Outcome::unchanged : Outcome::updated;
            if (same) item_.fetched = account_.seen_moving();
        }
        item_.step.before = old == nullptr ? std::nullopt : old->digest;
    }

    const Step& step_;
    const Plan& plan_;
    Shared& shared_;
    const Ports& ports_;
    const Run& run_;
    Keeping keeping_;
    Account account_;
    const Relayed relayed_;
    Freeing freeing_;
    Source source_;
    const SteadyTime began_ = ports_.clock.steady();
    std::optional<Image> image_;       // that is being pulled, where its manifest is known
    std::vector<Digest> fetching_;     // through a relay: what the server lacked
    std::optional<ByteCount> carried_; // all that came, where a relay knows it
    std::optional<state::Changes::Held> change_;
    std::optional<Grace> grace_; // of the last steps, once for all of them
    Stop last_steps_;
    std::string cause_; // of a failure, without what was being done
    Item item_{step_};
};

} // namespace

Item transfer(const Step& step, const Plan& plan, Shared& shared) {
    return Transfer(step, plan, shared).carry_out();
}

} // namespace codemate::lifecycle::pull
