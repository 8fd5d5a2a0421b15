#pragma once

#include "codemate/base/clock.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/ollama/server.hpp"
#include "codemate/registry/registry.hpp"
#include "codemate/rules/keep.hpp"
#include "codemate/rules/reclaim.hpp"
#include "codemate/state/changes.hpp"
#include "codemate/state/journal.hpp"
#include "codemate/store/disk.hpp"
#include "codemate/store/inventory.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// Removes models that nothing keeps, and what is left over on the disk: what, why, how much comes free, and how each
// model comes back. `codemate rm` is the same with names.
namespace codemate::lifecycle::prune {

struct Options {
    enum class Mode {
        prune,  // what nothing keeps
        remove, // what is named, unless a rule keeps it
    } mode = Mode::prune;
    std::vector<std::string> targets{}; // models, roles, groups, patterns with * and ?; of `remove` model names only
    std::vector<NamePattern> keep{};
    bool optional_too = false;            // declared models that are not required may go as well
    std::optional<Duration> older_than{}; // what was pulled and last read longer ago
    std::optional<ByteCount> to_free{};   // no more than it takes for this
    bool leftovers = false;               // what is no model's
    bool force = false;                   // of `remove`: also what the manifest requires or protects
    std::string server{};                 // its address, for what is remembered

    // Leftovers alone leave the models alone.
    bool models() const { return !leftovers || !targets.empty() || optional_too || older_than || to_free; }
};

// The models directory, proven to be this server's.
struct Store {
    store::Inventory inventory;
    std::shared_ptr<store::Disk> disk;
};

struct Ports {
    ollama::Server& server;
    registry::Registry& registry;
    const Clock& clock;
    // The manifests as they are now, and what other projects require: looked at again before each model goes.
    std::function<std::vector<manifest::Manifest>()> manifests;
    std::function<std::vector<state::RequiredSet>()> elsewhere;
    // The models directory as it is now; nothing where it cannot be read.
    std::function<std::optional<Store>()> look_again = [] { return std::nullopt; };
    // Of the models directory's file system, where it is this machine's.
    std::function<std::optional<ByteCount>()> free_space = [] { return std::nullopt; };
    const state::Journal* journal = nullptr; // of what is removed, for the way back
    const state::Changes* changes = nullptr;
};

// How a model comes back once it is gone.
struct WayBack {
    std::optional<Image> image{};
    ModelName source;        // where its layers are
    std::string missing{};   // why it does not come back; empty: it does. Fit for a terminal
    bool unanswered = false; // `missing` is that nobody answered: it may come back all the same
};

struct Facts {
    std::vector<manifest::Manifest> manifests;
    std::vector<state::RequiredSet> elsewhere;
    std::vector<ollama::Installed> installed;
    std::optional<std::vector<ollama::Running>> running; // nothing: the server does not say
    std::optional<Store> store{};
    std::string no_store{};                           // why there is none: a clause
    std::map<Digest, Image> images{};                 // of installed models, where no store tells them
    std::map<ModelName, WayBack, ServerOrder> ways{}; // of the models that may go
    Time now{};
};

struct Step {
    enum class Do {
        keep,
        remove,
        refuse, // named, and kept by a rule, or not installed
    } what = Do::keep;
    ollama::Installed model;
    std::vector<rules::KeepReason> kept_by{}; // also of one that goes by force
    std::string reason{};                     // a clause: why it stays or goes; fit for a terminal
    bool named = false;
    bool by_force = false; // a rule would keep it
    ByteCount frees{};     // given what stays, and what goes before it
    std::optional<WayBack> way_back{};
    std::optional<Error> obstacle{}; // of refuse

    std::string back() const; // "codemate pull NAME@sha256:…"; empty where it does not come back
};
std::string_view to_string(Step::Do); // the enumerator's name, as it stands in JSON

// What stands in blobs/ and is no model's.
struct Leftover {
    enum class What {
        orphan,    // a blob that no manifest names
        partial,   // an unfinished download: its data and records
        temporary, // of an upload or a create that ended long ago
    } what;
    std::vector<std::string> paths; // the disk's
    ByteCount on_disk;              // that comes free
    Time modified;                  // the latest of its files
};
std::string_view to_string(Leftover::What); // the enumerator's name, as it stands in JSON

struct Leftovers {
    std::vector<Leftover> going;
    std::vector<std::string> kept; // sentences: what stays, and why; fit for a terminal
    ByteCount frees() const;
};

struct Plan {
    std::vector<Step> steps; // those that go first, in the order in which they do
    rules::Measure measure = rules::Measure::at_most;
    ByteCount frees;                         // by models
    Leftovers leftovers;                     // only if they were asked for
    std::optional<ByteCount> shortfall{};    // of Options::to_free
    std::vector<std::string> fits_nothing{}; // patterns
    std::optional<Error> obstacle{};         // then nothing may be removed

    std::size_t count(Step::Do) const;
    bool removes_anything() const;
    ByteCount frees_in_all() const;
};

struct Item {
    enum class Outcome {
        removed,
        gone, // somebody else did it
        kept, // it has changed since the plan, see `error`
        failed,
        not_started, // interrupted before
    };
    Step step;
    Outcome outcome = Outcome::not_started;
    std::optional<Error> error{};
    std::vector<std::string> notes{};
};
std::string_view to_string(Item::Outcome);

struct Swept {
    Leftover leftover;
    bool removed = false;         // all of its files
    std::optional<Error> error{}; // also where it has changed since the plan
};

struct Report {
    std::vector<Item> items; // of the plan's steps that remove, in its order
    std::vector<Swept> swept;
    // What came free by a look at the disk; nothing where that cannot be had.
    std::optional<ByteCount> freed{};
    ByteCount announced{}; // of what was removed
    bool interrupted = false;

    std::size_t count(Item::Outcome) const;
};

// The models that may go, by name: pure. Of these gather() finds out how they come back.
std::vector<ollama::Installed> candidates(const Facts&, const Options&);

// Throws Error{usage} for targets that cannot be understood. A registry that does not answer is no failure: what
// depends on it then does not come back.
Facts gather(const Options&, std::vector<manifest::Manifest>, const manifest::Lock&, std::optional<Store>,
             std::string no_store, const Ports&, const Run&);
Plan plan(const Facts&, const Options&); // pure
Report execute(const Plan&, const Options&, const Ports&, const Run&);

// What is left over in a models directory and may go by the server's own rules (facts.md 4.5, 11.36): nothing while
// anything in blobs/ has changed within an hour, for a pull or a create may be at work; no orphan while a manifest
// cannot be understood, for it may be that one's. Pure.
Leftovers find_leftovers(const store::Inventory&, Time now);

} // namespace codemate::lifecycle::prune
