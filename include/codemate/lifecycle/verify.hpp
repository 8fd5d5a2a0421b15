#pragma once

#include "codemate/base/clock.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/ollama/server.hpp"
#include "codemate/registry/registry.hpp"
#include "codemate/rules/contexts.hpp"
#include "codemate/rules/drift.hpp"
#include "codemate/state/verified.hpp"
#include "codemate/store/check.hpp"
#include "codemate/store/disk.hpp"
#include "codemate/store/inventory.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Whether what is required, locked and installed agree, and the user's expectations hold: by what server and lock say
// of the models; by what stands on the disk, where the server's models directory is in reach; and, if asked for, by
// reading the content: nobody else does that, a server trusts every file that has the right name (facts.md 4.6).
namespace codemate::lifecycle::verify {

struct Options {
    std::vector<std::string>
        targets;         // empty: the required set and whatever is locked, or installed and has expectations
    bool deep = false;   // read the content
    bool rehash = false; // also of what is remembered to be good
    Duration max_age = std::chrono::hours(30 * 24); // of what is remembered: a disk decays in silence
};

// The server's models directory.
struct Store {
    std::string path;    // fit for a terminal
    bool proven = false; // else the user says that it is the server's
    std::shared_ptr<store::Disk> disk{};
    store::Inventory inventory{};
};
struct Reach {
    std::optional<Store> store{};
    std::string doubt{}; // why it is not in reach, or not proven: a clause, fit for a terminal; may be empty
    // Links that lead nowhere in place of manifests: sentences. With one of them a server lists no model at all.
    std::vector<std::string> dangling{};
};

struct Ports {
    ollama::Server& server;
    std::function<registry::Registry&()> registry; // asked only for what no server can say
    // Where the server's models are. Gets what it lists, which may be listed anew meanwhile. Not set: the disk is not
    // looked at, and nothing is said of it.
    std::function<Reach(std::vector<ollama::Installed>&)> store = {};
    const state::VerifiedBlobs* verified = nullptr; // the memory of a deep check; nullptr: there is none
    const Clock* clock = nullptr;                   // of a deep check
};

// One model, and all that is known of it.
struct Subject {
    ModelName name;
    bool is_required = false; // by the manifest, or asked for by name
    manifest::Declared declared{};
    std::optional<manifest::Locked> locked{};
    std::optional<ollama::Installed> installed{};
    std::optional<ollama::Shown> shown{};
    std::optional<Error> unreadable{}; // why the server could not show it
    std::vector<Layer> lacking{};      // that the server has not; looked for only where the disk is not in reach
    std::optional<std::uint64_t> supported_context{};
};

// What reading a blob showed, or reading it earlier.
struct BlobContent {
    store::Checked checked;
    ByteCount size; // of what was read, or would have been
    bool remembered = false;
};

struct Content {
    std::vector<BlobContent> blobs; // of all subjects, by digest, each once
    Duration took{0};
    bool interrupted = false;
    std::optional<Error> forgotten{}; // why what was found is not remembered

    const BlobContent* find(const Digest&) const; // nullptr if there is none
};

struct Facts {
    std::vector<Subject> subjects;
    std::vector<ollama::Installed> installed{};
    bool targeted = false;            // models were named: the others matter less
    bool deep = false;                // the content was asked for
    std::optional<Reach> reach{};     // nothing: the disk was not looked for
    std::optional<Content> content{}; // of a deep check of a store in reach
    std::string server_version;
    std::string required_version;                        // the manifest's ">=0.21"; empty: any
    std::optional<std::vector<ollama::Running>> running; // nothing: the server does not say
    bool has_lock = false;
};

enum class Severity { ok, note, problem };
std::string_view to_string(Severity);

// What is worth saying of a model, or of the whole.
struct Finding {
    enum class What {
        absent,
        unreadable, // the server cannot read it
        drift,
        unpinned,
        size,
        quantization,
        context,
        license,
        gpu,
        server,
        // of the disk
        manifest,      // damaged
        no_weights,    // its manifest names none
        media_type,    // one that Ollama does not know
        unlisted,      // on the disk, and the server does not list it
        not_on_disk,   // the server lists it
        layer_missing, //
        layer_size,
        layer_damaged,
        unread, // could not be read: neither good nor bad
        store,  // the models directory as a whole
    };
    Severity severity = Severity::note;
    What what = What::absent;
    std::string text{};           // fit for a terminal
    std::optional<Layer> layer{}; // that it is about
};
std::string_view to_string(Finding::What);

using rules::Contexts;

// What reading its blobs showed, each once.
struct RowContent {
    std::size_t blobs = 0;
    std::size_t good = 0, remembered = 0; // the latter are part of the former
    std::size_t bad = 0, unread = 0;      // the others a stop kept from being read
};

struct Row {
    ModelName name;
    bool is_required = false;
    rules::Drift drift = rules::Drift::absent;
    std::optional<Digest> locked{};
    std::optional<ollama::Installed> installed{};
    Contexts contexts{};
    std::optional<bool> on_gpu{};        // while it is loaded: wholly
    std::optional<RowContent> content{}; // of a deep check
    std::vector<Finding> findings{};

    Severity severity() const; // the worst of the findings
};

// Of all blobs that were looked at, each once.
struct ContentSummary {
    RowContent count;
    ByteCount read, remembered;
    Duration took{0};
};

struct Report {
    std::vector<Row> rows;
    std::vector<Finding> findings; // of the whole
    std::string server_version;
    std::optional<Reach> reach{};            // without the inventory
    std::optional<ContentSummary> content{}; // of a deep check
    bool interrupted = false;                // a deep check was stopped; what is said holds all the same

    std::size_t count(Severity) const; // of the rows
    bool passed() const;               // no problem anywhere
    // Of the problems: check, and storage where something could not be read, which is no finding for or against it.
    std::vector<Kind> failures() const;
};

// Reads the content, too, if that is asked for; a stop while it does so is told in the facts, and what was read until
// then is remembered. Any other stop throws Interrupted.
Facts gather(const Options&, const manifest::Manifest&, const manifest::Lock&, const Ports&, const Run&);
Report examine(const Facts&); // pure

} // namespace codemate::lifecycle::verify
