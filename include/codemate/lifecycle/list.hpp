#pragma once

#include "codemate/base/clock.hpp"
#include "codemate/base/run.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/ollama/server.hpp"

#include <optional>
#include <string>
#include <vector>

// What is installed on the server, and what the manifest says of it.
namespace codemate::lifecycle::list {

enum class SortKey { name, size, modified };
enum class Which { installed, available }; // available: declared but not installed

struct Options {
    Which which = Which::installed;
    SortKey sort = SortKey::name;
    std::optional<std::string> filter; // as rules/filter.hpp reads it
};

struct Ports {
    ollama::Server& server;
    const Clock& clock;
};

struct Facts {
    manifest::Manifest manifest;
    std::vector<ollama::Installed> installed;
    Time now;
};

struct Row {
    ModelName name;
    std::optional<ollama::Installed> installed; // none: available only
    std::vector<std::string> roles;
    std::vector<std::string> groups; // that name it, directly or through others
    bool is_protected = false;
    const manifest::Declared* declared = nullptr; // into the facts' manifest
};

struct Report {
    std::vector<Row> rows;
    std::size_t hidden = 0; // codemate's own helper and snapshot names
    ByteCount size;         // of the rows, as the server states them: shared layers count in each
    Time now;
};

Facts gather(const manifest::Manifest&, const Ports&, const Run&);
Report examine(const Facts&, const Options&); // pure; refers to the facts

} // namespace codemate::lifecycle::list
