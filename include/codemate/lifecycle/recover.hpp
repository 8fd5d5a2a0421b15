#pragma once

#include "codemate/base/clock.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/ollama/server.hpp"
#include "codemate/state/changes.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Finishes or undoes what a process of codemate left half done on a server because it was killed. Every command that
// changes a server does this first.
namespace codemate::lifecycle::recover {

struct Ports {
    ollama::Server& server;
    const Clock& clock;
};

struct Facts {
    std::vector<state::Change> changes; // of this server, whose processes are gone, oldest first
    std::vector<ollama::Installed> installed;
    Time now{};
    // Of changes that replace a content: what the lock takes for the model now that was to pin the new content, by the
    // number of the change. Nothing of those without a lock, and where the model is not pinned.
    std::map<std::size_t, std::vector<Digest>> pinned{};
};

struct Step {
    enum class Do {
        place,  // `source` has what `name` was to get, or had: it is copied there
        keep,   // `source` is what `place` will replace: it is copied to a snapshot
        remove, // `name` is codemate's own and needed no more
        leave,  // `name` is a model's true name, which only its user may remove: it is told
    };
    Do what;
    ModelName name;
    std::optional<ModelName> source{};
    std::string reason{}; // "mistral:latest was pulled, but not put in its place"; fit for a terminal
};
std::string_view to_string(Step::Do); // the enumerator's name, as it stands in JSON

struct Plan {
    std::vector<Step> steps;
};

// Pure. Without changes only names at a relay are removed that have been left for more than an hour: their process may
// have lost its memory, or run elsewhere; a younger one may be in use.
Plan plan(const Facts&);

// Whether a change has to be looked at again by the next run: its helper is not there, but the server may still be
// checking what it has fetched, and writes the name although nobody waits for it (facts.md 3.5). For an hour. Pure.
bool may_still_arrive(const state::Change&, const Facts&);

struct Item {
    Step step;
    std::optional<Error> error{};
};
struct Report {
    std::vector<Item> items;
    bool complete() const;
};
// Goes on after a step that fails. Throws Interrupted; what is left then the next run finds again.
Report execute(const Plan&, const Ports&, Stop);

} // namespace codemate::lifecycle::recover
