#pragma once

#include "codemate/base/run.hpp"
#include "codemate/checkout/repository.hpp"
#include "codemate/manifest/edit.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/manifest/releases.hpp"
#include "codemate/model/image_diff.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Records which models a release of the project has, and compares releases. Files and git only: no server, no network.
namespace codemate::lifecycle::release {

struct Options {
    std::string version; // with or without a leading v
    std::string notes;
    std::string date; // "2024-12-23"
};

struct Ports {
    const manifest::ManifestFile& manifest;
    const manifest::ReleasesFile& releases;
    std::filesystem::path changelog;
};

struct Facts {
    manifest::Manifest manifest;
    std::string manifest_text;
    manifest::Lock lock;
    manifest::Releases releases;
    std::optional<std::string> changelog; // nothing: there is no such file
};

// A role whose model is another one.
struct RoleChange {
    std::string role;
    std::optional<ModelName> before, after; // nothing: the role was not, or is not
};

// A model's content on both sides.
struct ModelChange {
    enum class Change { same, changed, added, removed, unknown }; // same: also the same layers under another digest
    ModelName name;
    Change change = Change::unknown;
    std::optional<Digest> before{}, after{};
    std::optional<ImageDiff> diff{}; // where the registry's manifests are recorded on both sides
    std::string reason{};            // of unknown
    bool first_recorded = false;     // of unknown: recorded now, and not even named by the former release
};
std::string_view to_string(ModelChange::Change); // the enumerator's name, as it stands in JSON

struct Comparison {
    std::vector<RoleChange> roles;
    std::vector<ModelChange> models; // also those that are the same

    bool no_model_changes() const; // known, not believed: every digest was recorded on both sides, and is the same
};
Comparison compare(const manifest::Release& before, const manifest::Release& after); // pure
std::string changes_text(const Comparison&); // in one line: "no model changes", "primary: a → b; …"

// What the manifest and the lock say now, as a release would record it. Pure.
manifest::Release release_now(const manifest::Manifest&, const manifest::Lock&);
// Why the files as they are now are not those of that release, in one sentence; empty: they are. Pure.
std::string moved_on_since(const manifest::Release&, const Facts&);

// The models whose digest was recorded: those of the roles first, in their order. Pure.
std::vector<ModelName> in_order(const manifest::Release&);
// Of the history, or "" for what is declared and locked now. Error{not_found} with the nearest one.
manifest::Release release_named(const std::string& version, const Facts&);

// A line below "Changed" of a changelog, in the section of that version or of what is not released yet; sections that
// lack are made. Line ends and all other bytes stay. Nothing: not a text that a line can be added to. Pure.
std::optional<std::string> with_changed_line(std::string_view changelog, std::string_view version,
                                             const std::string& line);

struct Plan {
    manifest::Release release;
    std::optional<std::string> previous; // the version it is compared with
    std::optional<Comparison> since;
    std::string manifest_text; // as it becomes
    bool manifest_changes = false;
    std::string changelog_line;
    std::optional<std::string> changelog; // as it becomes; nothing: there is none, or none that could be written
};

struct Report {
    Plan plan;
    std::vector<std::filesystem::path> written;
};

Facts gather(const manifest::Lock&, const Ports&, const Run&); // Error{manifest, not_found, storage}

// Pure. Error{usage} for a version or date that is none, Error{refused} for one that is recorded already or older than
// the last one, Error{check} where a required model has no pin.
Plan plan(const Facts&, const Options&);

// Reads the files again, under the lock of the history, which is written last: what is cut off in between can be done
// again.
Report execute(const manifest::Lock&, const Options&, const Ports&, const Run&);

// --- the tag ---------------------------------------------------------------------------------------------------------

std::string tag_name(const manifest::Release&); // "models-v0.5.0"
// "Model configuration for version 0.5.0", and a line for each model: its roles, name and digest. Pure.
std::string tag_message(const manifest::Release&);

// The files that belong to a release, and how people name git and codemate for them.
struct Place {
    std::filesystem::path directory;          // of the manifest
    std::vector<std::filesystem::path> files; // relative to it; those that are there
    std::string git = "git", codemate = "codemate";
};

// Command lines for a shell.
struct Commands {
    std::vector<std::string> lines;
    std::string missing; // why there is no commit, or no push, among them; empty: nothing is missing
};
// What is left to be done after the release is recorded: add and commit what git does not have yet (in a line of its
// own the tracked files below the directory that are not of codemate's and have changed), tag, push.
Commands next_commands(const manifest::Release&, const Place&, machine::Programs&, Stop);

struct Tagged {
    std::string name, commit, message;
    Commands next;
};
enum class Tagging { real, dry };
// Error{refused} with the commands that come first: no checkout, no commit, files of the release or any tracked ones
// below the directory that the last commit does not have as they are, a tag of that name; Error{failed} with git's
// words.
Tagged tag(const manifest::Release&, const Place&, machine::Programs&, Tagging, Stop);

} // namespace codemate::lifecycle::release
