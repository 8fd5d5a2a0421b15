#pragma once

#include "codemate/base/clock.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/model/image.hpp"
#include "codemate/ollama/server.hpp"
#include "codemate/registry/registry.hpp"
#include "codemate/state/changes.hpp"
#include "codemate/state/journal.hpp"
#include "codemate/upstream/supply.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Heals models of a server whose files are not in reach. A server takes any file that has the right name for good, and
// lets nobody write over it; it removes one when the last model goes that uses it (facts.md 3.6, 3.8, 4.6). So the
// damaged model and all that share a layer with it are removed and brought back, each at its very digest. That cannot
// be undone, and is done only where image and layers of every one of them are proven to be had.
namespace codemate::lifecycle::reinstall {

// A model that the server cannot read, or lacks a layer of.
struct Suspect {
    ModelName name;
    std::string why; // fit for a terminal
};

using upstream::Delivery;

struct Ports {
    ollama::Server& server;
    registry::Registry& registry;
    const Clock& clock;
    const state::Changes* changes; // nullptr: nothing can be written down, and so nothing is removed
    std::string address;           // the server's, for what is written down
    // Makes the server fetch what it lacks of it, and gives it the name. Throws Error, Interrupted.
    std::function<void(const Delivery&, const Run&)> bring;
};

// What is known to help, beside the registries.
struct Memory {
    const manifest::Manifest& manifest;
    const manifest::Lock& lock;
    std::vector<state::Pulled> pulled;     // from this server, oldest first
    std::vector<state::Change> unfinished; // of this server: removed by an earlier run, and perhaps not back
};

struct Facts {
    struct Model {
        ModelName name;
        std::optional<Digest> digest{}; // that the server lists; of an unlisted one, that it should have
        bool listed = false;
        bool loaded = false;
        std::optional<std::string> why{}; // of a suspect
        bool unfinished = false;          // an earlier run removed it, and it is not back
        std::optional<Image> image{};     // of that digest
        std::vector<ModelName> places{};
        std::vector<Layer> missing{};             // on the server, of a suspect
        std::optional<upstream::Supply> supply{}; // of all its layers; only where it matters
    };
    std::vector<Model> models; // all that the server lists, suspects, and what is unfinished
    bool loaded_known = true;  // the server says what is loaded
    bool remembers = true;     // intents can be written down
};

struct Step {
    Delivery delivery; // of what is refused its name alone is sure
    enum class Do {
        complete,   // the server fetches the layers that it lacks; nothing is removed
        reinstall,  // is removed, and brought back
        bring_back, // an earlier run removed it
        refuse,
    } what = Do::refuse;
    ByteCount to_fetch{};
    std::string reason{}; // fit for a terminal
    std::optional<Error> obstacle{};
    bool listed = false;
    bool suspect = false; // else it shares a layer with one
};
std::string_view to_string(Step::Do); // the enumerator's name, as it stands in JSON

struct Plan {
    std::vector<Step> steps;      // each model once
    std::vector<ModelName> known; // that the server listed when the plan was made
    ByteCount to_fetch() const;
    std::size_t count(Step::Do) const;
    bool irreversible() const { return count(Step::Do::reinstall) > 0; }
    std::optional<Error> refusal() const; // of what is refused, Error{refused}
};

struct Item {
    Step step;
    bool removed = false;
    bool back = false; // the server lists it at its digest
    bool done = false; // and can read it
    std::optional<Error> error{};
};

struct Report {
    std::vector<Item> items; // in the plan's order
    bool interrupted = false;
    std::vector<ModelName> gone() const; // removed and not back
};

Facts gather(const std::vector<Suspect>&, const Memory&, const Ports&, const Run&);
Plan plan(const Facts&); // pure
// Writes down what it is about to remove, so that a later run brings it back where this one is cut off.
Report execute(const Plan&, const Ports&, const Run&);

} // namespace codemate::lifecycle::reinstall
