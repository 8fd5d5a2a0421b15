#pragma once

#include "codemate/base/clock.hpp"
#include "codemate/base/run.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/ollama/server.hpp"
#include "codemate/rules/keep.hpp"
#include "codemate/state/required_sets.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

// What is installed on the server, and what the manifest says of it.
namespace codemate::lifecycle::list {

enum class SortKey { name, size, modified };
enum class Which {
    installed,
    available, // declared but not installed
    unused,    // installed, and nothing keeps it: what `prune` would look at
};

struct Options {
    Which which = Which::installed;
    SortKey sort = SortKey::name;
    std::optional<std::string> filter{}; // as rules/filter.hpp reads it
    bool optional_too = false;           // of Which::unused: also what is declared and not required
};

struct Ports {
    ollama::Server& server;
    const Clock& clock;
    // What other projects require of this server; asked for Which::unused only.
    std::function<std::vector<state::RequiredSet>()> elsewhere = [] { return std::vector<state::RequiredSet>(); };
};

struct Facts {
    manifest::Manifest manifest;
    std::vector<ollama::Installed> installed;
    Time now;
    // Of Which::unused.
    std::optional<std::vector<ollama::Running>> running{}; // nothing: the server does not say
    std::vector<state::RequiredSet> elsewhere{};
};

struct Row {
    ModelName name;
    std::optional<ollama::Installed> installed; // none: available only
    std::vector<std::string> roles;
    std::vector<std::string> groups; // that name it, directly or through others
    bool is_protected = false;
    const manifest::Declared* declared = nullptr; // into the facts' manifest
    std::vector<rules::KeepReason> kept_by{};     // of Which::unused: that it is declared, which is let pass
};

struct Report {
    std::vector<Row> rows;
    std::size_t hidden = 0; // codemate's own helper and snapshot names that are no rows
    ByteCount size;         // of the rows, as the server states them: shared layers count in each
    Time now;
    bool any_fits = false;       // of Which::unused: something installed fits the filter, be it a row or not
    bool loaded_is_known = true; // false of Which::unused: the server does not say, so what is loaded is not left out
};

Facts gather(const Options&, const manifest::Manifest&, const Ports&, const Run&);
Report examine(const Facts&, const Options&); // pure; refers to the facts

} // namespace codemate::lifecycle::list
