#pragma once

#include "codemate/base/run.hpp"
#include "codemate/manifest/edit.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/model/name.hpp"

#include <optional>
#include <string>
#include <vector>

// Gives a role of codemate.json another model. Files only: no server, no network.
namespace codemate::lifecycle::use {

struct Options {
    std::string role;
    std::string name; // of a model
};

struct Ports {
    const manifest::ManifestFile& file;
};

struct Facts {
    manifest::Manifest manifest;
    std::string text; // that it was read from
};

struct Plan {
    std::string role;
    std::optional<ModelName> before; // none: the role is new
    ModelName after;
    bool declared = false;                 // the model was declared already
    std::optional<std::string> meant_role; // of a new role: the one that it may be a misspelling of
    std::vector<ModelName> newly_required; // enter and leave the required set
    std::vector<ModelName> no_more_required;
    std::string text; // of the file, as it becomes

    bool changes() const { return !before || *before != after; }
};

struct Report {
    Plan plan; // as it was carried out: on the text that the file had then
};

Facts gather(const Options&, const Ports&, const Run&); // Error{manifest, not_found, storage}

// Pure. Error{usage} for a name that is none, or a group or a role, and for a role that cannot be called so.
Plan plan(const Facts&, const Options&);

Report execute(const Options&, const Ports&, const Run&); // reads the file again, under its lock

} // namespace codemate::lifecycle::use
