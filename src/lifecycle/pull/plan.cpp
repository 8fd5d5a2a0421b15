#include "lifecycle/pull/places.hpp"
#include "lifecycle/pull/room.hpp"

#include "codemate/base/shell.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/pull.hpp"
#include "codemate/manifest/usage.hpp"
#include "codemate/rules/source_hints.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>

namespace codemate::lifecycle::pull {
namespace {

using Do = Step::Do;

// A registry that is asked at a wrong path answers as one that has no model.
bool has_nothing(const Facts& facts, const Options& options) {
    if (!options.from || !rules::is_address(*options.from)) return false;
    return std::ranges::all_of(
        facts.upstream, [](const auto& looked_up) { return looked_up.second.state == upstream::State::no_upstream; });
}

// The facts, with indexes for manifests and servers of thousands of models.
struct Known {
    const Facts& facts;
    const Options& options;
    manifest::Usage usage{facts.manifest};
    rules::InstalledByName installed{facts.installed};
    bool nothing_is_there = has_nothing(facts, options);
};

// The same model at the registry that stands in for the public one.
ModelName at_registry(const http::Url& registry, const ModelName& name) {
    return ModelName(registry.authority(), name.owner(), name.model(), name.tag());
}

std::string reason_of(const manifest::Wanted& wanted, const manifest::Usage& usage) {
    const std::vector<std::string> roles = usage.roles_of(wanted.name);
    if (!roles.empty()) return listed(roles) + " model of the manifest";
    return wanted.declared ? "declared in the manifest" : "named on the command line";
}

// Where the model is pulled from, whatever a lock says.
Step fetch_step(const manifest::Wanted& wanted, const Known& known) {
    Step step{wanted.name, wanted.name};
    step.declared = wanted.declared;
    step.reason = reason_of(wanted, known.usage);
    step.target = wanted.target;
    if (wanted.plain_http) step.transport = ollama::Transport::plain_http;
    if (const manifest::Declared* declared = known.facts.manifest.declared(wanted.name); declared != nullptr) {
        if (declared->from) step.source = *declared->from;
        step.expect = declared->expect;
    }
    if (known.facts.manifest.without_tls(step.source)) step.transport = ollama::Transport::plain_http;
    step.origin = step.source;
    if (known.options.registry && step.source.on_public_registry()) {
        step.source = at_registry(*known.options.registry, step.source);
        if (known.options.registry->scheme == "http") step.transport = ollama::Transport::plain_http;
    }
    if (const ollama::Installed* before = known.installed.find(wanted.name)) step.before = before->digest;
    step.keep_source =
        known.installed.find(step.source) != nullptr || known.facts.manifest.declared(step.source) != nullptr;
    return step;
}

Step refused(Step step, Error why) {
    step.what = Do::refuse;
    step.reason = why.message();
    step.obstacle = std::move(why);
    return step;
}

std::string what_became_of_the_tag(const Step& step, const upstream::Standing& standing, const Known& known) {
    const std::string there = where(known.options);
    if (standing.state == upstream::State::no_upstream)
        return there.empty() ? step.origin.display() + " is not at its registry any more"
                             : there + " has no " + step.name.display();
    const std::string now = standing.after ? standing.after->id() : "other content";
    return (there.empty() ? "its tag serves " + now + " now: " : "its tag serves " + now + " at " + there + ": ") +
           standing.reason;
}

// Nothing updates from there, so that it says nothing of what an update would fetch.
upstream::Standing moved_there(upstream::Standing standing) {
    standing.to_fetch.reset();
    return standing;
}

Step refused_as_moved(Step step, const upstream::Standing& standing, const Known& known) {
    if (known.options.from) {
        auto same = rules::said_to_be_same(step.name, step.pin->digest, standing.after, *known.options.from);
        if (same) return refused(std::move(step), std::move(*same));
    }
    Error error(Kind::not_found, "it is locked at " + step.pin->digest.id() + ", whose manifest nobody has, and " +
                                     what_became_of_the_tag(step, standing, known));
    if (known.options.from) {
        if (standing.state == upstream::State::outdated) step.standing = moved_there(standing);
        error.hint("a lock that has the manifest's bytes, or a place that has the model, is what it takes");
        if (known.nothing_is_there) rules::ask_for_path(error);
    } else if (standing.state == upstream::State::outdated) {
        step.standing = standing;
        error.hint("nothing was downloaded; `codemate lock --upgrade " + step.name.display_short() +
                   "` accepts what the tag serves, then pull again");
    } else {
        error.hint("look for a machine that has it still, or declare another model");
    }
    return refused(std::move(step), std::move(error));
}

// Who says which content it shall be.
std::string pinned(const Step& step, const Known& known) {
    return known.facts.asked.contains(step.name) ? "asked for" : "locked";
}

// Way 4: layer by layer, from wherever each is to be had.
Step locked_step(Step step, const upstream::Supply& supply, const std::string& reason, const Known& known) {
    step.supply = supply;
    if (auto obstacle = supply.obstacle()) {
        const std::string pin = "it is " + pinned(step, known) + " at " + step.pin->digest.id();
        if (known.nothing_is_there && obstacle->kind() == Kind::not_found) rules::ask_for_path(*obstacle);
        obstacle->context(known.options.from ? pin : pin + ", and " + reason);
        return refused(std::move(step), std::move(*obstacle));
    }
    step.what = Do::fetch_locked;
    step.transport = ollama::Transport::plain_http;
    step.keep_source = false;
    step.reason = pinned(step, known) + "; " + reason;
    return step;
}

// Another name that has the pinned content and that the server would not take for another model.
const ollama::Installed* holder_of(const Pin& pin, const Known& known) {
    const auto found = std::ranges::find_if(known.facts.installed, [&](const ollama::Installed& model) {
        return !model.cloud() && !model.name.misread_by_server() && pin.is(model.digest);
    });
    return found == known.facts.installed.end() ? nullptr : &*found;
}

Step copy_step(Step step, const ollama::Installed& holder, const Known& known) {
    step.what = Do::copy_installed;
    step.source = holder.name;
    step.keep_source = true;
    step.reason = pinned(step, known) + ", and its content is installed as " + holder.name.display();
    return step;
}

const upstream::Supply* supply_of(const Step& step, const Known& known) {
    const auto found = known.facts.supplies.find(step.name);
    return found == known.facts.supplies.end() ? nullptr : &found->second;
}

Step lost_by_its_tag(Step step, const upstream::Standing& standing, const Known& known) {
    const upstream::Supply* supply = supply_of(step, known);
    if (supply == nullptr) return refused_as_moved(std::move(step), standing, known);
    const std::string reason = what_became_of_the_tag(step, standing, known);
    if (standing.state == upstream::State::outdated)
        step.standing = known.options.from ? moved_there(standing) : standing;
    step = locked_step(std::move(step), *supply, reason, known);
    // Typed by hand, it has been given.
    step.wants_consent = step.what == Do::fetch_locked && !known.facts.asked.contains(step.name);
    return step;
}

// Never by the server's own pull: what it reaches is not what was named.
Step from_there(Step step, const upstream::Standing& standing, const Known& known) {
    using upstream::State;
    const std::string there = where(known.options);
    if (standing.state == State::outdated || standing.state == State::no_upstream)
        return lost_by_its_tag(std::move(step), standing, known);
    if (standing.error) return refused(std::move(step), *standing.error);
    if (const upstream::Supply* supply = supply_of(step, known))
        return locked_step(std::move(step), *supply, there + " has it", known);
    return refused(std::move(step), Error(Kind::not_found, there + " has no manifest of the digest " +
                                                               step.pin->digest.id() + " any more"));
}

Step fetch_or_refuse(Step step, const Known& known) {
    using upstream::State;
    const auto found = known.facts.upstream.find(step.name);
    if (known.options.from && found != known.facts.upstream.end())
        return from_there(std::move(step), found->second, known);
    if (found == known.facts.upstream.end()) return step;
    const upstream::Standing& standing = found->second;
    switch (standing.state) {
    case State::outdated:
    case State::no_upstream:
        return lost_by_its_tag(std::move(step), standing, known);
    case State::same_content:
        if (!known.options.locked) step.also_same = standing.after;
        step.pin->same.push_back(*standing.after);
        step.reason = pinned(step, known) + ", and its tag serves the same content";
        if (step.before != standing.after) return step;
        step.what = Do::nothing;
        step.reason = pinned(step, known) + ", and the same content is installed";
        return step;
    case State::current:
        step.reason = pinned(step, known) + ", and its tag still serves that";
        return step;
    case State::absent:
    case State::failed:
        break;
    }
    // A registry that perhaps only the server can reach: then what arrives decides.
    const upstream::Supply* supply = supply_of(step, known);
    if (supply != nullptr && supply->complete())
        return locked_step(std::move(step), *supply, "its tag could not be looked up, its layers are at a mirror",
                           known);
    step.reason = pinned(step, known) + "; its tag could not be looked up, what arrives is compared";
    return step;
}

// The ways of a lock, in their order: it is installed, it is installed under another name, the tag still serves it.
Step pinned_step(Step step, const manifest::Locked& entry, const Known& known) {
    step.pin = Pin{entry.digest, entry.same, entry.size, entry.bytes};
    const upstream::Supply* supply = supply_of(step, known);
    // That of another digest of the same content does not belong to the entry's.
    if (supply != nullptr && !step.pin->manifest && supply->image.digest == entry.digest) {
        step.pin->manifest = supply->image.bytes;
        step.completes_entry = !known.options.locked && !known.facts.asked.contains(step.name);
    }
    if (step.pin->is(step.before)) {
        step.what = Do::nothing;
        step.reason = pinned(step, known) + ", and installed so";
        return step;
    }
    if (const ollama::Installed* holder = holder_of(*step.pin, known))
        return copy_step(std::move(step), *holder, known);
    return fetch_or_refuse(std::move(step), known);
}

Step refused_by_lock(Step step, const manifest::Locked& entry, const Digest& asked) {
    step.pin = Pin{entry.digest, entry.same, entry.size};
    return refused(std::move(step),
                   Error(Kind::refused, "the lock pins it at " + entry.digest.id() + ", not at " + asked.id())
                       .hint("--force installs it all the same; the lock stays as it is"));
}

// What was typed as NAME@sha256:… is a pin for this once; of a declared model without an entry it becomes one.
Step asked_step(Step step, const manifest::Locked& asked, const manifest::Locked* entry, const Known& known) {
    if (entry != nullptr && !entry->is(asked.digest) && (known.options.locked || !known.options.force))
        return refused_by_lock(std::move(step), *entry, asked.digest);
    step.first_use = entry == nullptr && step.declared && known.facts.lock && !known.options.locked;
    return pinned_step(std::move(step), asked, known);
}

Step step_for(const manifest::Wanted& wanted, const Known& known) {
    Step step = fetch_step(wanted, known);
    const manifest::Locked* entry = known.facts.lock ? known.facts.lock->find(wanted.name) : nullptr;
    if (const auto asked = known.facts.asked.find(wanted.name); asked != known.facts.asked.end())
        return asked_step(std::move(step), asked->second, entry, known);
    if (entry != nullptr) return pinned_step(std::move(step), *entry, known);
    if (known.options.from) {
        Error unpinned = rules::nothing_pins(step.name, *known.options.from);
        return refused(std::move(step), std::move(unpinned));
    }
    if (!known.facts.lock) return step;
    if (known.options.locked && wanted.declared) {
        return refused(std::move(step), Error(Kind::check, "it has no entry in the lock, and none may be added here")
                                            .hint("run `codemate lock` where the lock may be written, and commit it"));
    }
    step.first_use = wanted.declared && !known.options.locked;
    return step;
}

// The server takes a tag such as "cloud" for another model, and what it fetches then is a few hundred bytes.
Step at_rate(Step step, const Options& options) {
    if (options.rate && step.what == Do::fetch && !step.origin.misread_by_server()) step.what = Do::fetch_limited;
    return step;
}

} // namespace

bool Pin::is(const std::optional<Digest>& other) const {
    return other && (*other == digest || std::ranges::find(same, *other) != same.end());
}

Plan plan(const Facts& facts, const Options& options) {
    Plan plan;
    plan.known_words = manifest::known_words(facts.manifest);
    for (const ollama::Installed& model : facts.installed)
        plan.known_words.push_back(model.name.display_short());
    const Known known{facts, options};
    for (const manifest::Wanted& wanted : facts.wanted)
        plan.steps.push_back(at_rate(step_for(wanted, known), options));
    plan.rate = options.rate;
    plan.from = where(options);
    add_room(plan, facts, options);
    return plan;
}

bool Plan::wants_consent() const {
    return std::ranges::any_of(steps, &Step::wants_consent);
}

} // namespace codemate::lifecycle::pull
