#pragma once

#include "codemate/base/clock.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/model/image.hpp"
#include "codemate/ollama/server.hpp"
#include "codemate/registry/registry.hpp"
#include "codemate/rules/contexts.hpp"
#include "codemate/rules/drift.hpp"
#include "codemate/rules/keep.hpp"
#include "codemate/rules/memory.hpp"
#include "codemate/state/required_sets.hpp"
#include "codemate/store/inventory.hpp"
#include "codemate/upstream/upstream.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

// All that is known of one model: by server, manifest, lock, registry, and the server's models directory.
namespace codemate::lifecycle::show {

struct Options {
    std::string target;                     // a role, or a model's name
    std::optional<std::uint64_t> context{}; // to estimate the memory for
};

struct Ports {
    ollama::Server& server;
    registry::Registry& registry;
    const Clock& clock;
    // What other projects require of this server.
    std::function<std::vector<state::RequiredSet>()> elsewhere = [] { return std::vector<state::RequiredSet>(); };
};

struct Facts {
    ModelName name; // as the server spells it, if it has it
    manifest::Manifest manifest;
    std::optional<manifest::Locked> locked{};
    std::vector<ollama::Installed> installed{};            // all that is
    std::optional<std::vector<ollama::Running>> running{}; // nothing: the server does not say
    std::optional<ollama::Shown> shown{};
    std::optional<Error> unreadable{};           // why the server could not show it
    std::optional<upstream::Inquiry> inquiry{};  // answered
    std::optional<Image> image{};                // of what is installed, where lock or registry know it
    std::optional<store::Inventory> inventory{}; // nothing: the directory cannot be read here
    std::vector<state::RequiredSet> elsewhere{};
    Time now{};
};

struct LayerRow {
    Layer layer;
    std::optional<std::vector<ModelName>> shared_with{}; // other names; nothing: not known
    std::optional<store::Flaw::What> flaw{};
};

struct Report {
    ModelName name;
    upstream::Standing standing; // to its tag
    std::optional<ollama::Installed> installed{};
    std::optional<store::Footprint> on_disk{}; // nothing: not known, as everywhere here
    std::optional<Error> unreadable{};
    rules::Contexts contexts{};
    std::vector<std::string> roles{}, groups{};
    std::vector<NamePattern> protected_by{};
    bool is_declared = false;
    rules::Drift drift = rules::Drift::absent;
    std::optional<Digest> locked{};
    std::optional<std::vector<LayerRow>> layers{}; // configuration last
    bool running_is_known = false;
    std::optional<ollama::Running> running{};
    std::optional<rules::MemoryEstimate> memory{};
    std::vector<rules::KeepReason> kept_by{}; // of what is installed
    Time now{};
};

// Throws Error{usage} for a target that does not mean one model, Error{not_found} for one that is neither installed nor
// declared nor locked. A registry that does not answer is no failure.
Facts gather(const Options&, const manifest::Manifest&, const manifest::Lock&, std::optional<store::Inventory>,
             const Ports&, const Run&);
Report examine(const Facts&, const Options&); // pure

} // namespace codemate::lifecycle::show
