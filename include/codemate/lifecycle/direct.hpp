#pragma once

#include "codemate/base/clock.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/download/download.hpp"
#include "codemate/machine/disk_space.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/model/image.hpp"
#include "codemate/ollama/server.hpp"
#include "codemate/registry/registry.hpp"
#include "codemate/rules/one_source.hpp"
#include "codemate/state/journal.hpp"
#include "codemate/state/verified.hpp"
#include "codemate/store/disk.hpp"
#include "codemate/store/inventory.hpp"
#include "codemate/upstream/upstream.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

// Makes models present in a models directory, without a server: docs/decisions/0015-direct-download.md.
namespace codemate::lifecycle::direct {

// Where codemate keeps what is not whole, in the models directory: the server looks at nothing there.
inline constexpr std::string_view work_directory = ".codemate";

struct Options {
    std::vector<std::string> targets; // empty: the required set; also NAME@sha256:…
    bool locked = false;              // nothing is written to the lock, a declared model without an entry is refused
    bool consent = false;             // what no tag confirms is taken as it is locked
    bool force = false; // NAME@sha256:… although the lock pins another content, and more than the budget
    // --from: Ports::registry is that, whatever host a name has. Only what is pinned is taken from there.
    std::optional<rules::OneSource> from{};
    std::filesystem::path models;     // the directory, for what is said and remembered
    std::uint32_t hidden_modes = 022; // the umask
    bool as_root = false;             // new files then belong to the directory's owner
    download::Options download{};
};

struct Ports {
    store::Disk* disk; // nullptr: the directory is not there yet; for gather() only
    registry::Registry& registry;
    const Clock& clock;
    const manifest::LockFile* lock_file = nullptr; // where a first use is written
    // What is remembered; without them nothing is.
    const state::Journal* journal = nullptr;
    const state::VerifiedBlobs* verified = nullptr;
    std::function<std::optional<machine::DiskSpace>()> space = {};
    // Asked once more before the first manifest is put there, since downloads take hours: why nothing must be written
    // any more. For execute() only.
    std::function<std::optional<Error>(const Stop&)> in_use = {};
};

// What a target's content shall be, as far as it could be found out.
struct Found {
    std::optional<Image> image{};
    std::optional<Error> error{};                 // why there is none
    std::optional<upstream::Standing> standing{}; // of a pin, where its tag was asked
    ModelName source;                             // its name at its registry
    std::vector<ModelName> places;                // where its blobs are to be had, best first
    std::optional<Error> obstacle{};              // why a blob cannot be brought, as far as it is known beforehand
};

struct Facts {
    manifest::Manifest manifest;
    std::vector<manifest::Wanted> wanted;
    std::optional<manifest::Lock> lock{};
    std::map<ModelName, manifest::Locked, ServerOrder> asked{}; // of NAME@sha256:…
    std::map<ModelName, Found, ServerOrder> found{};
    store::Inventory inventory{};
    std::map<Digest, ByteCount> begun{}; // what unfinished downloads of codemate take of the disk
    std::set<Digest> verified{};         // blobs whose content is known to be good
    std::optional<machine::DiskSpace> space{};
};

struct Step {
    enum class Do { fetch, nothing, refuse };
    ModelName name;
    ModelName source;
    Do what = Do::fetch;
    std::string reason{};
    bool declared = false;
    bool plain_http = false;        // its registry is asked without TLS
    std::optional<Digest> before{}; // that stands under the name
    std::optional<Digest> pin{};    // that lock or target ask for
    std::optional<Image> image{};   // none: of refuse
    std::string path{};             // of its manifest
    std::vector<ModelName> places{};
    std::vector<Layer> missing{};  // blobs that the directory lacks
    std::vector<Layer> to_check{}; // that are there, and whose content nobody has looked at
    std::vector<Digest> loose{};   // of those that are there: no manifest has them, so that a server might remove them
    ByteCount kept{};              // of the missing ones, by unfinished downloads
    bool first_use = false;        // it becomes the pin
    manifest::Expect expect{};     // that it must hold then
    bool wants_consent = false;
    std::optional<upstream::Standing> standing{};
    std::optional<Error> obstacle{}; // of refuse

    ByteCount to_fetch() const; // what is kept left out
};
std::string_view to_string(Step::Do); // the enumerator's name, as it stands in JSON

struct Plan {
    std::vector<Step> steps;
    std::string from{};               // where everything comes from; empty: from the names' registries
    ByteCount to_fetch{}, to_write{}; // of all, each blob once
    std::optional<machine::DiskSpace> space{};
    std::optional<Error> refusal{}; // Error{storage}: no room; Error{refused}: more than the manifest's budget

    bool wants_consent() const;
};

enum class Outcome { pulled, updated, unchanged, failed, interrupted, not_started };
std::string_view to_string(Outcome);

struct Item {
    Step step;
    Outcome outcome = Outcome::not_started;
    ByteCount fetched{};           // from registries, in this run
    ByteCount in_vain{};           // of that: came twice, or was there already
    ByteCount resumed{};           // that an earlier run had left
    std::vector<Digest> damaged{}; // blobs that were there, were not what they should be, and were fetched anew
    Duration took{0};
    bool locked_now = false;
    std::optional<Error> error{};
};

struct Report {
    std::vector<Item> items; // in the plan's order
    bool interrupted = false;
    std::string from{}; // as of Plan
    Duration took{0};
};

Facts gather(const Options&, const manifest::Manifest&, const manifest::Lock* lock, const Ports&, const Run&);
Plan plan(const Facts&, const Options&); // pure
// A failed item and a stop are in the report, not thrown. For one process at a time in one directory.
Report execute(const Plan&, const Options&, const Ports&, const Run&);

// --- whose the directory is ------------------------------------------------------------------------------------------

// A server that may use the directory.
struct Suspect {
    std::string address; // as people know it
    ollama::Server* server;
};
struct Use {
    std::string used_by{}; // an address: it saw a file that was put there. Empty: none did
    struct Doubt {
        std::string address, why;
    };
    std::vector<Doubt> doubts{}; // that answer, and do not say
};
// Puts a small file of random content under its digest's name, asks each server whether it has that blob, and removes
// it. No models directory has it by chance. Throws Error{storage} where it cannot be written.
Use find_use(store::Disk&, const std::vector<Suspect>&, const Options&, Stop);

// The work directory and those that the server has, where they are not there. Error{storage}.
void make_directories(store::Disk&, const Options&);

} // namespace codemate::lifecycle::direct
