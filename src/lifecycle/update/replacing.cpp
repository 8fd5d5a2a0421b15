#include "lifecycle/update/replacing.hpp"

#include "lifecycle/update/exchange.hpp"
#include "lifecycle/update/remains.hpp"
#include "lifecycle/update/trial.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/grace.hpp"
#include "codemate/base/text.hpp"
#include "codemate/ollama/removal.hpp"
#include "codemate/rules/own_names.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>
#include <memory>

namespace codemate::lifecycle::update {
namespace {

using manifest::Locked;
using Do = Step::Do;

constexpr auto grace = std::chrono::milliseconds(1500); // for steps that are better finished than left half done

class Replacing {
public:
    Replacing(const Step& step, const Options& options, const Ports& ports, const Run& run)
        : step_(step), options_(options), ports_(ports), run_(run), exchange_(step_, options, ports) {
        item_.step = step;
        item_.digest = step.before;
    }

    Item carry_out() {
        tell(Event::Type::begin, step_.reason);
        try {
            throw_if_stopped(run_.stop);
            const std::unique_ptr<FileLock> alone = wait_until_alone();
            if (!waited_ || !is_done_meanwhile()) go();
        } catch (const Interrupted&) {
            item_.outcome = Outcome::interrupted;
            undo();
        } catch (const Error& error) {
            item_.outcome = Outcome::failed;
            item_.error = error;
            item_.error->context(std::string(step_.back ? "cannot roll back " : "cannot update ") +
                                 quoted(step_.name.display()));
            if (error.kind() == Kind::storage && step_.changes())
                item_.error->hint(
                    "what was installed before still is; make room or mend the permission, then run the command again");
            undo();
        }
        item_.kept_as = exchange_.kept_as();
        item_.step = step_;
        item_.took = ports_.clock.steady() - began_;
        end();
        return std::move(item_);
    }

private:
    void go() {
        switch (step_.what) {
        case Do::nothing:
            item_.outcome = Outcome::unchanged;
            return;
        case Do::refuse:
            throw *step_.obstacle;
        case Do::record:
            exchange_.write_lock(*step_.entry, run_.stop);
            item_.lock_written = true;
            item_.outcome = Outcome::recorded;
            return;
        case Do::adopt:
            return adopt();
        case Do::replace:
            return replace();
        }
    }

    void tell(Event::Type type, std::string text, bool failed = false) {
        if (run_.events) run_.events({type, step_.name.display_short(), std::move(text), {}, {}, failed});
    }
    void note(std::string text) {
        tell(Event::Type::note, text);
        item_.notes.push_back(std::move(text));
    }

    void end() {
        switch (item_.outcome) {
        case Outcome::failed:
            return tell(Event::Type::end, "failed: " + item_.error->message(), true);
        case Outcome::interrupted:
        case Outcome::not_started:
            return tell(Event::Type::end, "interrupted", true);
        default:
            return tell(Event::Type::end, in_words(item_.outcome) + " in " + to_text(item_.took));
        }
    }

    std::unique_ptr<FileLock> wait_until_alone() {
        if (ports_.changes == nullptr || !step_.changes()) return nullptr;
        try {
            if (auto lock = ports_.changes->try_alone(options_.server, step_.name)) return lock;
            note("waiting for another codemate that changes it");
            waited_ = true;
            return ports_.changes->alone(options_.server, step_.name, run_.stop);
        } catch (const Error& error) { // no directory: nobody can be waited for
            diagnostics::info(error.message());
            return nullptr;
        }
    }

    // By the process that was waited for.
    bool is_done_meanwhile() {
        if (!step_.after) return false;
        const std::vector<ollama::Installed> now = ports_.server.installed(run_.stop);
        const ollama::Installed* there = rules::find(now, step_.name);
        if (there == nullptr || there->digest != step_.after) return false;
        if (step_.entry && ports_.lock_file != nullptr) {
            const manifest::Lock lock = ports_.lock_file->read();
            const Locked* entry = lock.find(step_.name);
            if (entry == nullptr || !entry->is(*step_.after)) return false;
        }
        note("another codemate has done it");
        item_.digest = step_.after;
        item_.outcome = Outcome::unchanged;
        return true;
    }

    const Stop& last_steps() {
        if (!grace_) grace_.emplace(run_.stop, grace);
        return last_steps_ = grace_->stop();
    }

    // --- the lock alone ----------------------------------------------------------------------------------------------

    void adopt() {
        exchange_.throw_if_changed(ports_.server.installed(run_.stop));
        exchange_.try_lock(run_.stop);
        try_out({step_.name, step_.name, step_.before, *step_.after});
        write_lock(last_steps());
        item_.outcome = Outcome::locked;
    }

    // --- another content ---------------------------------------------------------------------------------------------

    void replace() {
        exchange_.throw_if_changed(ports_.server.installed(run_.stop));
        exchange_.try_lock(run_.stop);
        candidate_ = rules::new_candidate_name(step_.name);
        write_down();
        if (step_.by_server) {
            if (!fetch_by_server()) return;
        } else {
            fetch();
        }
        try_out({*candidate_, step_.name, step_.before, *step_.after});
        const Stop& stop = last_steps();
        const std::vector<ollama::Installed> now = ports_.server.installed(stop);
        exchange_.throw_if_changed(now);
        throw_unless_tried(*candidate_, now);
        exchange_.keep_old(stop);
        tell(Event::Type::stage, "taking its place");
        exchange_.put(*candidate_, stop);
        throw_unless_tried(step_.name, ports_.server.installed(stop));
        item_.digest = step_.after;
        write_lock(stop);
        exchange_.done();
        item_.outcome = step_.back ? Outcome::rolled_back : Outcome::updated;
        clean_up(stop);
    }

    void throw_unless_tried(const ModelName& name, const std::vector<ollama::Installed>& installed) const {
        const ollama::Installed* there = rules::find(installed, name);
        if (there != nullptr && there->digest == step_.after) return;
        throw Error(Kind::failed, "the candidate is another content now than the one that was tried")
            .hint("run the command again");
    }

    // What is left half done is found by the next run.
    void write_down() {
        if (ports_.changes == nullptr) return;
        state::Change change{options_.server, step_.name, step_.before};
        if (step_.after) change.wanted = {*step_.after};
        change.helper = candidate_;
        change.began = ports_.clock.now();
        change.replacing.emplace();
        if (step_.entry && ports_.lock_file != nullptr)
            change.replacing->lock = std::filesystem::absolute(ports_.lock_file->path());
        try {
            change_ = ports_.changes->begin(change, run_.stop);
        } catch (const Error& error) {
            note("nothing of this is remembered, should it be cut off: " + error.message());
        }
    }

    // What the server tells of the candidate is told of the model.
    Run inner() const {
        if (!run_.events) return {run_.stop, {}};
        return {run_.stop, [this](Event event) {
                    if (event.type == Event::Type::end) return;
                    if (event.type == Event::Type::begin) {
                        event.type = Event::Type::stage;
                        event.text =
                            "fetching " + (step_.after ? step_.after->id() : std::string("what its tag serves"));
                    }
                    event.item = step_.name.display_short();
                    run_.events(event);
                }};
    }

    void fetch() {
        if (step_.holder) {
            ports_.server.copy(*step_.holder, *candidate_, run_.stop);
            return;
        }
        if (!step_.image || !ports_.bring)
            throw Error(Kind::not_found, "nobody has the manifest of " + step_.after->id());
        ports_.bring({*candidate_, *step_.image, step_.places}, inner());
    }

    // Returns false where nothing newer came.
    bool fetch_by_server() {
        if (!ports_.pull_by_server) throw *step_.obstacle;
        bool exposed = false;
        ports_.pull_by_server(
            step_.name, *candidate_,
            [&] {
                note("what is new stands under the name for a moment: only the server gets to its registry");
                exchange_.keep_old(run_.stop);
                exchange_.touched();
                exposed = true;
            },
            inner());
        const std::vector<ollama::Installed> now = ports_.server.installed(last_steps());
        const ollama::Installed* there = rules::find(now, exposed ? step_.name : *candidate_);
        if (there == nullptr || !there->digest)
            throw Error(Kind::failed, "the server lists no digest of what it pulled");
        if (there->digest == step_.before) {
            exchange_.undo(last_steps_);
            if (!exposed) ollama::remove_if_there(ports_.server, *candidate_, last_steps_);
            nothing_newer(*there);
            finish();
            return false;
        }
        step_.after = there->digest;
        step_.reason = "what the server got from its registry";
        if (step_.entry) fill_entry(*there);
        if (!exposed) return true;
        ports_.server.copy(step_.name, *candidate_, last_steps_);
        exchange_.put_old_back(last_steps_);
        return true;
    }

    // Then it may still be another content than the lock's, or one that is not locked yet.
    void nothing_newer(const ollama::Installed& there) {
        note("its tag serves nothing newer");
        item_.outcome = Outcome::unchanged;
        step_.after = there.digest;
        if (!step_.entry || (step_.locked && step_.locked->is(*there.digest))) return;
        fill_entry(there);
        step_.what = Do::adopt;
        adopt();
    }

    void fill_entry(const ollama::Installed& there) {
        step_.entry->digest = *there.digest;
        step_.entry->size = there.size;
        step_.entry->quantization = known_quantization(there.quantization);
        step_.entry->bytes.reset();
        step_.entry->same.clear();
    }

    void try_out(const Candidate& candidate) {
        Trial trial(step_, options_, ports_, run_);
        item_.checks = trial.of(candidate);
        if (auto failure = failure_of(item_.checks)) {
            failure->hint(candidate.name == candidate.production ? "the lock stays as it is"
                                                                 : "what was installed before still is");
            throw *std::move(failure);
        }
        if (step_.entry && !trial.vectors().empty()) step_.entry->vectors = trial.vectors();
    }

    void write_lock(const Stop& stop) {
        if (!step_.entry || ports_.lock_file == nullptr) return;
        exchange_.write_lock(*step_.entry, stop);
        item_.lock_written = true;
    }

    // The model is in its place whatever comes now.
    void clean_up(const Stop& stop) {
        remember(step_, ports_, options_.server, ports_.clock.steady() - began_, stop);
        try {
            for (std::string& text : exchange_.drop_others(stop))
                note(std::move(text));
            remove_remains(*candidate_, ports_.server, stop);
            candidate_.reset();
            finish();
        } catch (const Error& error) {
            note("the candidate is left for the next run to remove: " + error.message());
        } catch (const Interrupted&) {
            note("the candidate is left for the next run to remove");
        }
    }

    void finish() {
        if (change_) change_->done();
        change_.reset();
    }

    void undo() {
        if (exchange_.is_done() || !candidate_) return;
        const Grace more(run_.stop, grace);
        try {
            exchange_.undo(more.stop());
            item_.digest = step_.before;
            remove_remains(*candidate_, ports_.server, more.stop());
            finish();
        } catch (const Error& error) {
            left(error.message());
        } catch (const Interrupted&) {
            left("there was no time left for it");
        }
    }

    void left(const std::string& why) {
        std::string text = "what came of it could not be undone (" + why + "); the next run of codemate does it";
        if (!change_) text = "what came of it could not be undone (" + why + ")";
        if (const auto& kept = exchange_.kept_as()) text += "; the old content is kept as " + kept->display();
        if (item_.error)
            item_.error->note(text);
        else
            note(std::move(text));
    }

    Step step_;
    const Options& options_;
    const Ports& ports_;
    const Run& run_;
    Exchange exchange_;
    const SteadyTime began_ = ports_.clock.steady();
    std::optional<ModelName> candidate_;
    std::optional<state::Changes::Held> change_;
    std::optional<Grace> grace_; // of the last steps, once for all of them
    Stop last_steps_;
    bool waited_ = false;
    Item item_{step_};
};

} // namespace

Item carry_out(const Step& step, const Options& options, const Ports& ports, const Run& run) {
    return Replacing(step, options, ports, run).carry_out();
}

Report execute(const Plan& plan, const Options& options, const Ports& ports, const Run& run) {
    Report report;
    for (const Step& step : plan.steps) {
        if (report.interrupted) {
            report.items.push_back({step});
            continue;
        }
        report.items.push_back(carry_out(step, options, ports, run));
        report.interrupted = report.items.back().outcome == Outcome::interrupted;
    }
    return report;
}

} // namespace codemate::lifecycle::update
