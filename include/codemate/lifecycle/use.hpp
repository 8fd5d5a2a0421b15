#pragma once

#include "codemate/base/run.hpp"
#include "codemate/manifest/edit.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/model/name.hpp"
#include "codemate/rules/rebuild.hpp"
#include "codemate/state/benchmarks.hpp"
#include "codemate/vector_store/chroma.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Gives a role of codemate.json another model, and says what follows from it. Files only: no server, no network.
namespace codemate::lifecycle::use {

struct Options {
    std::string role;
    std::string name; // of a model
};

struct Ports {
    const manifest::ManifestFile& file;
    const manifest::LockFile* lock = nullptr;      // that belongs to it
    const state::Benchmarks* benchmarks = nullptr; // what was measured before
};

struct Facts {
    manifest::Manifest manifest;
    std::string text;                            // that it was read from
    std::optional<manifest::Lock> lock{};        // nothing: there is none
    std::string lock_failure{};                  // why it could not be read; empty: it could, or there is none
    std::vector<state::Benchmark> benchmarks{};  // oldest first
    std::optional<vector_store::Chroma> store{}; // nothing: none is declared, or it could not be read
};

// Something that is not as before when the role has the other model.
struct Consequence {
    enum class What {
        groups,      // that contain the role
        budget,      // of the required set, by the lock
        lock,        // whose pins are there, and which goes
        benchmark,   // what was measured and is promised
        expectation, // of the manifest, that the pin breaks
        policy,      // quantization
        context,     // that was asked for
        protection,
        embeddings, // the store of vectors no longer agrees
    };
    What what;
    std::string text; // fit for a terminal
    bool bad = false; // it wants something to be done
};
std::string_view to_string(Consequence::What); // the enumerator's name, as it stands in JSON

struct Plan {
    std::string role;
    std::optional<ModelName> before; // none: the role is new
    ModelName after;
    bool declared = false;                 // the model was declared already
    std::optional<std::string> meant_role; // of a new role: the one that it may be a misspelling of
    std::vector<ModelName> newly_required; // enter and leave the required set
    std::vector<ModelName> no_more_required;
    std::string text;                        // of the file, as it becomes
    std::vector<Consequence> consequences{}; // in the order of What; none where nothing changes
    rules::Rebuild rebuild{};                // of the store of vectors, where the role is the one that makes them

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
