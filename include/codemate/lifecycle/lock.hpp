#pragma once

#include "codemate/manifest/manifest.hpp"
#include "codemate/upstream/upstream.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// Pins the declared models: adds what codemate.lock lacks, drops what is no longer declared, and moves pins only when
// asked to.
namespace codemate::lifecycle::lock {

struct Options {
    bool upgrade = false;             // --upgrade: move pins to what their tags serve now
    std::vector<std::string> targets; // of --upgrade; empty: every declared model
};

struct Ports {
    ollama::Server& server; // asked for what no registry in reach has, and for what a move would fetch
    registry::Registry& registry;
    const manifest::LockFile& file;
    // The manifest of that digest in a models directory that can be read, for what no registry has; may be empty.
    std::function<std::optional<Image>(const Digest&)> stored = {};
};

// What stands behind a declared model's source now.
struct Found {
    ModelName source;
    std::optional<Image> image{};                 // from the registry
    std::optional<Configuration> configuration{}; // likewise
    std::optional<Error> failure{};               // why the registry gave nothing
    // What the server has, where no registry in reach has the model.
    std::optional<ollama::Installed> installed{};
    std::optional<Image> stored{}; // of the pin, or of what is installed, where the registry has another or none
    std::optional<std::uint64_t> supported_context{}; // where the manifest expects one
    std::optional<upstream::Standing> standing{};     // of a pin that may move
};

struct Facts {
    manifest::Manifest manifest;
    manifest::Lock lock;
    std::map<ModelName, Found, ServerOrder> found; // of the models that may need it
    std::set<ModelName, ServerOrder> movable;      // whose pins may move
};

struct Step {
    enum class Do { keep, add, complete, move, drop, fail };
    Do what;
    ModelName name;
    std::optional<manifest::Locked> entry{};      // as it shall be
    std::optional<manifest::Locked> before{};     // as it is
    std::optional<upstream::Standing> standing{}; // of a move
    std::string reason{};                         // fit for a terminal
    std::optional<Error> error{};                 // of fail
};
std::string_view to_string(Step::Do); // "kept", "added" …, as it stands in JSON, too

struct Plan {
    std::vector<Step> steps; // by name
    bool changes() const;
};

struct Report {
    std::vector<Step> steps; // as they were carried out
    bool written = false;
};

Facts gather(const Options&, const manifest::Manifest&, const manifest::Lock&, const Ports&, const Run&);
Plan plan(const Facts&); // pure
// In one step under the lock's file lock. An entry that another process has changed since is left as it is now.
Report execute(const Plan&, const Ports&, const Run&);

} // namespace codemate::lifecycle::lock
