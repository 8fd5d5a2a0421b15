#pragma once

#include "codemate/base/clock.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/ollama/server.hpp"
#include "codemate/registry/registry.hpp"
#include "codemate/rules/vectors.hpp"
#include "codemate/state/changes.hpp"
#include "codemate/state/journal.hpp"
#include "codemate/upstream/supply.hpp"
#include "codemate/upstream/upstream.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Gives models the content that their tags serve now, or the one that they had before. What is new proves itself under
// a name of codemate's own; then the name, the lock and a snapshot of the old content are one last step. Whatever fails
// before that leaves the old content under its name, and the next run puts it back where a process died in the middle.
namespace codemate::lifecycle::update {

struct Options {
    std::vector<std::string> targets{}; // of update: empty: the required set
    std::string server{};               // its address, for what is remembered
    bool snapshot = true;               // false: what is replaced is not kept
    bool accept_new_vectors = false;
    bool force = false;                  // also more than the manifest's disk budget
    std::string prompt{};                // of the trial; empty: default_prompt
    std::optional<std::string> expect{}; // a regular expression (ECMAScript) that the answer has to match somewhere
    Duration patience = std::chrono::minutes(5); // with a model that is asked for its first answer, loading included
};

// The one of the document that codemate grew out of.
inline constexpr std::string_view default_prompt = "Write a Python hello world function";

// How one check of a candidate went.
struct Check {
    enum class What { content, files, answer, vectors, project, speed } what = What::content;
    std::string of{}; // of the project's own: the command
    bool passed = true;
    bool skipped = false; // there was nothing to be checked: the reason is in `text`
    std::string text{};   // what was seen, or what is wrong; fit for a terminal
    std::string output{}; // of a command: what it wrote, its end; not yet fit for a terminal
    Duration took{0};
    Kind kind = Kind::check; // of one that failed; of a server that is gone nothing is known of the candidate
};
std::string_view to_string(Check::What); // the enumerator's name, as it stands in JSON

struct Candidate {
    ModelName name;       // that it is installed under now
    ModelName production; // whose place it is to take
    std::optional<Digest> before{};
    Digest digest;
};

struct Ports {
    ollama::Server& server;
    registry::Registry& registry;
    const Clock& clock;
    const manifest::LockFile* lock_file = nullptr; // nullptr: none is in play
    const state::Journal* journal = nullptr;
    const state::Changes* changes = nullptr; // nullptr: nothing can be written down
    // Makes the server fetch what it lacks of it, and gives it the name. Throws Error, Interrupted.
    std::function<void(const upstream::Delivery&, const Run&)> bring = {};
    // Makes the server pull what the model's tag serves: the way of a server that gets to a registry which codemate
    // does not get to. What comes from another name, as from a registry that stands in for the public one, goes
    // straight to the candidate. Else it comes under the model's own name; then `exposes` is called before. Throws
    // likewise.
    std::function<void(const ModelName& name, const ModelName& candidate, const std::function<void()>& exposes,
                       const Run&)>
        pull_by_server = {};
    // More checks of a candidate, in this order: its content on the disk, the project's own tests, its speed. Each may
    // be missing. They throw Interrupted only; an Error is a check that failed.
    std::vector<std::function<std::vector<Check>(const Candidate&, const Run&)>> checks = {};
};

struct Facts {
    manifest::Manifest manifest;
    std::optional<manifest::Lock> lock{}; // nothing: none is in play
    std::vector<manifest::Wanted> wanted{};
    std::vector<ollama::Installed> installed{};
    std::map<ModelName, upstream::Inquiry, ServerOrder> asked{};
    // What is to be installed, where the inquiry does not have it: the tag serves what is pinned, and it is not there.
    std::map<ModelName, Image, ServerOrder> images{};
    std::map<ModelName, Configuration, ServerOrder> configurations{};
    std::map<ModelName, upstream::Supply, ServerOrder> supplies{}; // of what is to be fetched
    std::vector<state::Pulled> pulled{};                           // of rollback: from this server, oldest first
    Time now{};
};

struct Step {
    enum class Do {
        replace, // another content comes under the name
        adopt,   // it is installed under the name already; the lock is what changes
        record,  // nothing but a digest of the same content, in the lock
        nothing,
        refuse,
    };
    ModelName name;
    ModelName origin; // its name at its registry
    Do what = Do::nothing;
    std::string reason{};                // fit for a terminal
    std::optional<Error> obstacle{};     // of refuse
    std::optional<Digest> before{};      // installed under the name
    std::optional<Digest> after{};       // that it shall have; nothing: what the server's own pull brings
    std::optional<Image> image{};        // of `after`, where its manifest is known
    std::vector<ModelName> places{};     // where its layers are to be had
    std::optional<ModelName> holder{};   // another name that has the content already
    std::optional<ByteCount> to_fetch{}; // nothing: not known
    std::optional<upstream::Standing> standing{};
    std::optional<manifest::Locked> locked{}; // the lock's entry as it is
    std::optional<manifest::Locked> entry{};  // as it shall be; nothing: the lock stays as it is
    manifest::Expect expect{};
    bool by_server = false; // only the server gets to the registry
    bool embeds = false;    // it has the role of the embedding model, or vectors are remembered of it
    bool back = false;      // a rollback: the content has proven itself before

    bool changes() const { return what == Do::replace || what == Do::adopt || what == Do::record; }
};
std::string_view to_string(Step::Do); // the enumerator's name, as it stands in JSON

struct Plan {
    std::vector<Step> steps;
    // Why nothing of it is done: Error{refused} where the required set would pass the budget, and --force does not say
    // so.
    std::optional<Error> refusal{};

    bool changes() const;
    ByteCount to_fetch() const; // what is known of it
};

enum class Outcome { updated, rolled_back, locked, recorded, unchanged, failed, interrupted, not_started };
std::string_view to_string(Outcome); // the enumerator's name, as it stands in JSON
std::string in_words(Outcome);       // "rolled back": for people

struct Item {
    Step step;
    Outcome outcome = Outcome::not_started;
    std::optional<Digest> digest{}; // that the name has afterwards, as far as it was seen
    std::vector<Check> checks{};
    std::optional<ModelName> kept_as{}; // the snapshot of what was replaced
    std::vector<std::string> notes{};
    bool lock_written = false;
    Duration took{0};
    std::optional<Error> error{};
};

struct Report {
    std::vector<Item> items; // in the plan's order
    bool interrupted = false;
};

// Of update. `lock`: nullptr where none is in play. Error{usage} for targets that are none, Error{unreachable} …
Facts gather(const Options&, const manifest::Manifest&, const manifest::Lock* lock, const Ports&, const Run&);
Plan plan(const Facts&, const Options&); // pure

// Of rollback: one target, NAME or NAME@sha256:…, a model. What it goes back to: the snapshot of its last update, else
// what the journal says that it had before, or that digest.
Facts gather_back(const Options&, const manifest::Manifest&, const manifest::Lock* lock, const Ports&, const Run&);
Plan plan_back(const Facts&, const Options&); // pure

// One model after the other. A failed item and a stop are in the report, not thrown.
Report execute(const Plan&, const Options&, const Ports&, const Run&);

} // namespace codemate::lifecycle::update
