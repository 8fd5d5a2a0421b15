#include "lifecycle/direct/blobs.hpp"
#include "lifecycle/direct/ownership.hpp"
#include "lifecycle/direct/pinning.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/direct.hpp"
#include "codemate/rules/source_hints.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

namespace codemate::lifecycle::direct {
namespace {

// Not at a tag's depth, where the server would take it for a manifest; then in one step to its place.
void write_manifest(const Step& step, store::Disk& disk, const Options& options) {
    const std::string temporary = std::string(work_directory) + "/manifest";
    disk.remove(temporary); // what a kill has left
    make_parents(disk, step.path, options);
    const auto file = disk.write(temporary, file_ownership(disk, options));
    file->write(step.image->bytes);
    file->finish();
    disk.move(temporary, step.path);
}

class Execution {
public:
    Execution(const Plan& plan, const Options& options, const Ports& ports, const Run& run)
        : plan_(plan), options_(options), ports_(ports), run_(run), blobs_(plan, options, ports, run_) {}

    Report run() {
        const SteadyTime began = ports_.clock.steady();
        Report report;
        report.from = plan_.from;
        for (const Step& step : plan_.steps)
            report.items.push_back({step});
        try {
            blobs_.clean_up();
            blobs_.freshen();
            blobs_.check();
            for (Item& item : report.items) {
                transfer(item);
                if (item.outcome == Outcome::interrupted) throw Interrupted();
                if (is_in_use_) break;
            }
        } catch (const Interrupted&) {
            report.interrupted = true;
        }
        blobs_.remember();
        report.took = ports_.clock.steady() - began;
        return report;
    }

private:
    void tell(const Item& item, Event::Type type, std::string text, ByteCount done = {}, ByteCount total = {}) {
        const bool failed = item.error.has_value() || item.outcome == Outcome::interrupted;
        if (run_.events) run_.events({type, item.step.name.display(), std::move(text), done, total, failed});
    }

    // An item and its events, however it ends.
    void transfer(Item& item) {
        const SteadyTime began = ports_.clock.steady();
        const ByteCount total = item.step.obstacle ? ByteCount() : blobs_.to_bring(item.step);
        tell(item, Event::Type::begin, total > ByteCount() ? "downloading" : "looking whether it is there", {}, total);
        try {
            bring(item);
        } catch (const Error& error) {
            item.outcome = Outcome::failed;
            item.error = error;
            item.error->context("cannot pull " + quoted(item.step.name.display()));
            if (options_.from) rules::add_hint(*item.error, *options_.from);
        } catch (const Interrupted&) {
            item.outcome = Outcome::interrupted;
        }
        item.took = ports_.clock.steady() - began;
        tell(item, Event::Type::end, words_of(item));
    }

    void bring(Item& item) {
        throw_if_stopped(run_.stop);
        const Step& step = item.step;
        if (step.obstacle) throw *step.obstacle;
        bring_blobs(item, &Blobs::bring);
        const bool is_new = step.before != step.image->digest;
        if (step.first_use) throw_if_unexpected(step, *ports_.disk);
        if (is_new) ask_once_more();
        bring_blobs(item, &Blobs::hold);
        if (is_new) write_manifest(step, *ports_.disk, options_);
        item.outcome = is_new && step.before                                           ? Outcome::updated
                       : is_new || !step.missing.empty() || item.fetched > ByteCount() ? Outcome::pulled
                                                                                       : Outcome::unchanged;
        if (step.first_use) item.locked_now = record_pin(step, ports_, run_.stop);
        if (item.outcome != Outcome::unchanged) remember(item);
    }

    // What came until now may have taken hours, in which a server may have been started.
    void ask_once_more() {
        if (!ports_.in_use || std::exchange(is_asked_, true)) return;
        if (auto objection = ports_.in_use(run_.stop)) {
            is_in_use_ = true;
            throw std::move(*objection);
        }
    }

    void bring_blobs(Item& item, decltype(&Blobs::bring) how) {
        Blobs::Brought brought{item.fetched, item.resumed, item.in_vain, item.damaged};
        struct Counted {
            Item& item;
            Blobs::Brought& brought;
            ~Counted() { // also of what is left unfinished
                item.fetched = brought.fetched;
                item.resumed = brought.resumed;
                item.in_vain = brought.in_vain;
                item.damaged = std::move(brought.damaged);
            }
        };
        const Counted counted{item, brought};
        (blobs_.*how)(item.step, brought,
                      [&](ByteCount done, ByteCount total) { tell(item, Event::Type::amount, "", done, total); });
    }

    void remember(const Item& item) {
        if (ports_.journal == nullptr) return;
        try {
            state::Pulled pulled{ports_.clock.now(),      options_.models.string(), item.step.name,
                                 item.step.image->digest, item.step.image->bytes,   item.step.source};
            pulled.fetched = item.fetched;
            ports_.journal->add(pulled, run_.stop);
        } catch (const Error& error) {
            diagnostics::info(error.message());
        }
    }

    static std::string words_of(const Item& item) {
        switch (item.outcome) {
        case Outcome::pulled:
        case Outcome::updated:
            return std::string(to_string(item.outcome)) + " " + to_string(item.fetched) + " in " + to_text(item.took);
        case Outcome::unchanged:
            return "up to date";
        case Outcome::failed:
            return item.error->message();
        case Outcome::interrupted:
            return "interrupted";
        case Outcome::not_started:
            break;
        }
        return "not started";
    }

    const Plan& plan_;
    const Options& options_;
    const Ports& ports_;
    const Run& run_;
    Blobs blobs_;
    bool is_asked_ = false, is_in_use_ = false;
};

// Small blobs come side by side, and all of them say the same of a registry that lets them wait: one line tells of all.
std::function<void(const std::string&)> once_for_each(std::function<void(const std::string&)> note) {
    struct Said {
        std::mutex mutex;
        std::set<std::string> texts;
    };
    return [said = std::make_shared<Said>(), note = std::move(note)](const std::string& text) {
        const std::lock_guard lock(said->mutex);
        // How long the wait is differs from one to the other.
        if (said->texts.insert(text.substr(0, text.rfind("; trying again in "))).second) note(text);
    };
}

} // namespace

Report execute(const Plan& plan, const Options& options, const Ports& ports, const Run& run) {
    if (ports.disk == nullptr) throw Error(Kind::defect, "nowhere to write to");
    Options noisy = options;
    std::mutex one_at_a_time;
    const Run told{run.stop, [&](const Event& event) {
                       const std::lock_guard lock(one_at_a_time);
                       if (run.events) run.events(event);
                   }};
    if (!noisy.download.unreached) noisy.download.unreached = std::make_shared<download::Unreached>();
    if (!noisy.download.note)
        noisy.download.note = once_for_each([&told](const std::string& text) {
            told.events({Event::Type::note, {}, text, {}, {}});
        });
    return Execution(plan, noisy, ports, told).run();
}

} // namespace codemate::lifecycle::direct
