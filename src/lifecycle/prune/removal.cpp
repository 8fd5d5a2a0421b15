#include "lifecycle/prune/removal.hpp"

#include "lifecycle/prune/judgement.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/grace.hpp"
#include "codemate/base/text.hpp"
#include "codemate/rules/own_names.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>
#include <utility>

namespace codemate::lifecycle::prune {
namespace {

using Outcome = Item::Outcome;

constexpr auto grace_period = std::chrono::milliseconds(700); // for last steps that are better not left half done

Error changed(const ModelName& name, const std::string& how) {
    return Error(Kind::failed, quoted(name.display()) + " stays: " + how + " since the plan was made")
        .hint("run the command again for a new plan");
}

const ollama::Installed* exactly(const std::vector<ollama::Installed>& installed, const ModelName& name) {
    const auto found = std::ranges::find(installed, name, &ollama::Installed::name);
    return found == installed.end() ? nullptr : &*found;
}

// Without a digest, as of MLX models, the time of its manifest tells.
bool is_the_same(const ollama::Installed& now, const ollama::Installed& then) {
    return now.digest == then.digest && (then.digest || now.modified == then.modified);
}

} // namespace

Removal::Removal(const Step& step, const Options& options, const Ports& ports, const Run& run)
    : step_(step), options_(options), ports_(ports), run_(run), item_{step} {}

Item Removal::carry_out() {
    try {
        throw_if_stopped(run_.stop);
        claim();
        hold(run_.stop);
        look_again();
        remember();
        throw_if_stopped(run_.stop);
        const Grace grace(run_.stop, grace_period);
        is_going_ = true;
        ports_.server.remove(step_.model.name, grace.stop());
        if (is_listed(grace.stop()))
            throw Error(Kind::protocol, "the server says that it is gone, and lists it all the same")
                .hint("does something stand before the server and answer in its place?");
        item_.outcome = Outcome::removed;
    } catch (const Interrupted&) {
        if (!is_going_) return finish();
        // What is held stays: the next run sees what became of it, and puts it back.
        item_.outcome = Outcome::failed;
        item_.error =
            Error(Kind::failed, "the server did not say whether " + quoted(step_.model.name.display()) + " is gone");
        return item_;
    } catch (const Error& error) {
        tell(error);
    }
    return finish();
}

// Best effort, as all that follows from the state directory: with a full disk models can still be removed.
void Removal::claim() {
    if (ports_.changes == nullptr) return;
    const ModelName& name = step_.model.name;
    try {
        alone_ = ports_.changes->try_alone(options_.server, name);
        if (alone_)
            change_ = ports_.changes->begin({options_.server, name, step_.model.digest, {}, {}, ports_.clock.now()},
                                            run_.stop);
    } catch (const Error& error) {
        diagnostics::info(error.message());
        return;
    }
    if (!alone_) throw Error(Kind::refused, quoted(name.display()) + " stays: another codemate changes it");
}

// What stands between may answer in the server's place.
bool Removal::is_listed(const Stop& stop) {
    return exactly(ports_.server.installed(stop), step_.model.name) != nullptr;
}

void Removal::tell(const Error& error) {
    if (error.kind() == Kind::not_found) {
        item_.outcome = Outcome::gone;
        return;
    }
    const bool is_kept = !is_going_ && (error.kind() == Kind::refused || error.kind() == Kind::failed);
    item_.outcome = is_kept ? Outcome::kept : Outcome::failed;
    item_.error = error;
    if (!is_kept) item_.error->context("cannot remove " + quoted(step_.model.name.display()));
}

// What is held goes, and with it the note of a change under way.
Item Removal::finish() {
    let_go();
    if (change_ && !held_as_) change_->done();
    return item_;
}

// Where the disk is full the copy would be half a manifest, which no request removes again: the server is asked only
// where that is not known to be so, and what it leaves is healed once space came free.
void Removal::hold(const Stop& stop) {
    constexpr ByteCount enough(std::uint64_t{1} << 20U);
    if (rules::is_own_name(step_.model.name)) return; // nobody pulls into it
    if (const auto space = ports_.free_space(); space && *space < enough) return;
    const std::vector<ollama::Installed> installed = ports_.server.installed(stop);
    if (exactly(installed, step_.model.name) == nullptr) throw Error(Kind::not_found, "gone");
    const Digest digest = step_.model.digest.value_or(Digest());
    const ModelName as = rules::free_snapshot_name(step_.model.name, ports_.clock.now(), digest, installed);
    held_as_ = as;
    try {
        ports_.server.copy(step_.model.name, as, stop);
    } catch (const Error& error) {
        if (error.kind() == Kind::not_found) held_as_.reset();
        if (error.kind() != Kind::storage) throw;
        diagnostics::info("no helper name: " + error.message());
        half_written_ = true;
    }
}

void Removal::look_again() {
    Facts now;
    now.manifests = ports_.manifests();
    now.elsewhere = ports_.elsewhere();
    now.installed = ports_.server.installed(run_.stop);
    now.running = ports_.server.running(run_.stop);
    now.now = ports_.clock.now();
    const ModelName& name = step_.model.name;
    const ollama::Installed* there = exactly(now.installed, name);
    if (there == nullptr) throw Error(Kind::not_found, "gone");
    if (!is_the_same(*there, step_.model)) throw changed(name, "its tag was pulled anew, or replaced,");
    const ollama::Installed* held = held_as_ && !half_written_ ? rules::find(now.installed, *held_as_) : nullptr;
    if (held != nullptr && held->digest != step_.model.digest) throw changed(name, "it was replaced");
    // The helper differs from no other name, but from this one by nothing.
    std::erase_if(now.installed, [&](const ollama::Installed& each) { return held_as_ && each.name == *held_as_; });
    const rules::Keepers keepers(keep_facts(now, options_));
    const std::vector<rules::KeepReason> reasons = that_count(keepers.reasons(*exactly(now.installed, name)), options_);
    if (!reasons.empty()) throw Error(Kind::refused, quoted(name.display()) + " stays: by now " + in_words(reasons));
}

// For `codemate pull NAME@DIGEST`.
void Removal::remember() {
    if (ports_.journal == nullptr || !step_.way_back || !step_.way_back->image) return;
    const Image& image = *step_.way_back->image;
    const auto snapshot = rules::parse_snapshot_name(step_.model.name);
    try {
        state::Pulled entry{ports_.clock.now(), options_.server, snapshot ? snapshot->of : step_.model.name,
                            image.digest,       image.bytes,     step_.way_back->source};
        entry.removed = true;
        ports_.journal->add(entry, run_.stop);
    } catch (const Error& error) {
        forget(error);
    }
}

// Then its tag alone leads back, as long as it serves this. What does not come back goes only if it is named.
void Removal::forget(const Error& error) {
    const std::string name = printable(step_.model.name.display());
    item_.notes.push_back("how " + name + " comes back is not remembered: " + error.message());
    if (is_served_by_tag()) return;
    if (!step_.named && !step_.by_force && !rules::is_own_name(step_.model.name)) {
        throw Error(Kind::refused, quoted(name) +
                                       " stays: how it comes back cannot be remembered, and its tag does not "
                                       "serve it")
            .hint("it goes if it is named; the state directory ($XDG_STATE_HOME/codemate) has to be writable");
    }
    item_.step.way_back->missing = "its tag does not serve it, and what it was could not be remembered";
}

bool Removal::is_served_by_tag() const {
    try {
        const Image served = ports_.registry.image(step_.way_back->source, run_.stop);
        return served.digest == step_.way_back->image->digest;
    } catch (const Error& error) {
        diagnostics::info(error.message());
        return false;
    }
}

// The helper's name goes with the content, or stays to be told of.
void Removal::let_go() {
    if (!held_as_) return;
    const Grace grace(run_.stop, grace_period);
    try {
        if (half_written_) mend(grace.stop());
        ports_.server.remove(*held_as_, grace.stop());
        held_as_.reset();
    } catch (const Error& error) {
        if (error.kind() == Kind::not_found) return held_as_.reset();
        item_.notes.push_back("its helper name " + printable(held_as_->display()) +
                              " is left, and the next run removes it: " + error.message());
    } catch (const Interrupted&) {
        item_.notes.push_back("its helper name " + printable(held_as_->display()) +
                              " is left, and the next run removes it");
    }
}

// A manifest that was cut off by a full disk cannot be removed by any request, and keeps a server from ever cleaning
// up: whole again, it can.
void Removal::mend(const Stop& stop) {
    const std::vector<ollama::Installed> installed = ports_.server.installed(stop);
    const auto any = std::ranges::find_if(installed, [&](const ollama::Installed& each) {
        return !each.cloud() && !each.name.misread_by_server() && each.name != *held_as_;
    });
    if (any == installed.end()) throw Error(Kind::storage, "no other model is there to write it anew from");
    ports_.server.copy(any->name, *held_as_, stop);
}

} // namespace codemate::lifecycle::prune
