#pragma once

#include "codemate/base/clock.hpp"
#include "codemate/base/deadline.hpp"
#include "codemate/base/run.hpp"
#include "codemate/http/url.hpp"
#include "codemate/machine/disk_space.hpp"
#include "codemate/machine/memory.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/ollama/server.hpp"
#include "codemate/registry/registry.hpp"
#include "codemate/relay/relay.hpp"
#include "codemate/rules/fit.hpp"
#include "codemate/rules/one_source.hpp"
#include "codemate/rules/space.hpp"
#include "codemate/state/changes.hpp"
#include "codemate/state/journal.hpp"
#include "codemate/state/required_sets.hpp"
#include "codemate/store/disk.hpp"
#include "codemate/store/inventory.hpp"
#include "codemate/upstream/supply.hpp"
#include "codemate/upstream/upstream.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// Makes models present on the server: at their locked digests where there is a lock.
namespace codemate::lifecycle::pull {

// The one place that everything comes from in this run (--from): Ports::registry is that, whatever host a name has, and
// the server is never told to pull from anywhere but a relay. Only what is pinned is installed.
using From = rules::OneSource;

struct Options {
    std::vector<std::string> targets;  // empty: the required set; also NAME@sha256:…
    std::optional<http::Url> registry; // stands in for the public registry (CODEMATE_REGISTRY)
    bool locked = false;               // --locked: nothing is written, a declared model without an entry is refused
    bool force = false; // --force: NAME@sha256:… although the lock pins another content, and more than the budget
    std::string server = {};                           // its address, for what is remembered
    std::uint16_t relay_port = 0;                      // 0: any that is free
    Duration stall_timeout = std::chrono::seconds(60); // without a byte the stream is dropped and begun again
    int retries = 5;                                   // in a row that bring nothing, before a model is given up
    std::size_t jobs = 1;                              // models at once; with a relay_port one
    // Bytes a second, over all models and connections: docs/decisions/0010-limit-of-the-rate.md.
    std::optional<ByteCount> rate = {};
    // Blobs that an earlier run left on the server, perhaps fetched and not hashed: not relied on where a digest is to
    // be installed exactly.
    std::vector<Digest> unverified = {};
    // What is asked beforehand only to say sizes. A pull shall not wait for a registry that does not answer: the server
    // asks it by itself, and may get to it where codemate does not. A secure connection over a slow line, with a login,
    // takes one or two seconds.
    Duration look_ahead_for = std::chrono::seconds(3);
    // quick: nothing that takes longer than it is worth before a pull (GPUs, unless they decide whether to warn; blobs
    // of what is installed already). thorough: for --dry-run.
    enum class Look { quick, thorough } look = Look::quick;
    std::optional<From> from = {};
};

// The server's models directory, where it is on this machine.
struct Storage {
    std::filesystem::path path;
    store::Inventory inventory;              // its blobs are known
    std::optional<machine::DiskSpace> space; // of its file system; nothing: not known
    std::string doubt{}; // why it may be another server's: it is used because it was named. Empty: it is proven
};
struct StorageLook {
    std::optional<Storage> found{};
    std::string why_not{}; // a clause, fit for a terminal
};

// The server's models directory, for what a pull alone cannot get out of.
struct Reach {
    struct Store {
        std::shared_ptr<store::Disk> disk;
        store::Inventory inventory;
    };
    std::optional<Store> store{}; // where it is in reach, and proven or named by the user
    // What to type to remove the files of this pattern in it: "`sudo -u ollama rm /…`", or a clause that says where.
    std::function<std::string(const std::string& pattern)> removal{};
};

struct Ports {
    ollama::Server& server;
    const Clock& clock;
    // Where a lock is in play: what tags serve is asked, and where a first use is written.
    registry::Registry* registry = nullptr;
    const manifest::LockFile* lock_file = nullptr;
    // For contents that no tag serves, and registries that the server cannot use: a registry of our own, at one of
    // these IPv4 addresses of this machine, asked for when the first relay is opened.
    relay::Relays* relays = nullptr;
    std::function<std::vector<std::string>()> addresses = {};
    // What is remembered; without them nothing is.
    const state::Journal* journal = nullptr;
    const state::Changes* changes = nullptr;
    // Looked for when a pull seems to be blocked by what is left in it; from any thread, one call at a time.
    std::function<Reach()> store = {};
    // Between two attempts. Throws Interrupted.
    std::function<void(Duration, Stop)> wait = [](Duration span, const Stop& stop) { pause(span, stop); };
    std::function<double()> random = [] { return 0.5; }; // from 0 to 1: spreads the waits of many clients
    // Asked where something is to be fetched, and perhaps from another thread. Without them nothing is known of disk
    // and memory. `storage` throws what is wrong with a directory that was named.
    std::function<StorageLook(const std::vector<ollama::Installed>&)> storage = {};
    std::function<std::optional<machine::Memory>()> memory = {};
    std::function<std::optional<std::vector<machine::Gpu>>(const Stop&)> gpus = {};
    std::function<std::vector<state::RequiredSet>()> elsewhere = {}; // what other projects require of this server
};

// What a tag serves now, as far as it was asked for before the pull.
struct Offer {
    std::optional<Image> image{};
    std::string unknown{}; // why there is none: a clause, fit for a terminal
};

struct Facts {
    manifest::Manifest manifest;
    std::vector<manifest::Wanted> wanted;
    std::vector<ollama::Installed> installed;
    Time now{};
    std::optional<manifest::Lock> lock{}; // nothing: none is in play
    // What was asked for as NAME@sha256:…, as a lock would pin it.
    std::map<ModelName, manifest::Locked, ServerOrder> asked{};
    // Of pinned models whose content nothing installed has.
    std::map<ModelName, upstream::Standing, ServerOrder> upstream{};
    // Of those whose tag does not serve it, or could not be looked up.
    std::map<ModelName, upstream::Supply, ServerOrder> supplies{};
    // Of those that are pulled by a tag whose content neither lock nor these looks tell.
    std::map<ModelName, Offer, ServerOrder> offers{};
    std::optional<rules::Present> present{}; // on the server; nothing: it was not asked, or did not say
    StorageLook storage{};
    rules::MemoryOf memory{};                              // of the server's machine, where it is this one for sure
    std::optional<std::vector<ollama::Running>> running{}; // asked for where room is lacking
    std::vector<state::RequiredSet> elsewhere{};           // likewise
};

// What the lock asks for.
struct Pin {
    Digest digest;
    std::vector<Digest> same{}; // other digests of the same content
    ByteCount size{};
    std::optional<std::string> manifest{}; // the bytes, where they are known

    bool is(const std::optional<Digest>&) const;
};

// What is done for one model.
struct Step {
    enum class Do {
        fetch,         // an ordinary pull of the tag
        fetch_locked,  // layer by layer, through a relay: the tag does not serve it
        fetch_limited, // what the tag serves, through a relay that holds the rate; see Pace
        copy_installed,
        nothing,
        refuse,
    };

    ModelName name;           // under which it shall be installed
    ModelName source;         // what the server is asked to pull, or has already; copied to `name` where it differs
    ModelName origin{source}; // its name at its registry, whatever stands in for that
    Do what = Do::fetch;
    ollama::Transport transport = ollama::Transport::https;
    bool keep_source = false;       // it is declared, or was installed before: its name stays after the copy
    std::optional<Digest> before{}; // installed under `name` now
    std::string reason{};           // "a role of the manifest", "named", "its content comes from …"
    bool declared = false;
    std::string target{}; // the word that it comes from

    std::optional<Pin> pin{};
    std::optional<Digest> also_same{};            // of the pin's content, and to be added to its entry
    bool completes_entry = false;                 // which lacks the manifest's bytes that the pin has
    bool first_use = false;                       // what is installed becomes the pin
    manifest::Expect expect{};                    // that it must hold then
    std::optional<upstream::Standing> standing{}; // of a tag that has moved away from the pin
    std::optional<upstream::Supply> supply{};     // of fetch_locked, and of what is refused for the lack of a layer
    bool wants_consent = false;                   // of fetch_locked: a lock is a file that anyone may send
    std::optional<Error> obstacle{};              // of refuse

    // Of what is fetched, where the layers to come are known.
    std::optional<Image> image{};
    std::optional<rules::Need> need{};
    std::string size_unknown{}; // of the others: why; fit for a terminal
    ByteCount weights{};        // that are loaded of it
    rules::Fit fit = rules::Fit::unknown;

    bool copies() const { return name != source; }
};

// `budget.disk`: of the required set, shared layers once (docs/manifest.md).
struct Budget {
    ByteCount limit;
    ByteCount taken;       // by what of the required set is there after the pull
    bool at_least = false; // some of it is not known
    bool is_exceeded() const { return taken > limit; }
};

// What the pull takes, and what there is.
struct Room {
    ByteCount to_fetch{}, to_write{}; // of all models, shared layers once: over the network, to the disk
    bool at_most = false;             // the server did not say which blobs it has
    std::size_t unknown = 0;          // models whose size is not known, and not in the sums
    struct Disk {
        std::filesystem::path path;
        machine::DiskSpace space;
        std::string doubt{}; // as of Storage
    };
    std::optional<Disk> disk{};
    std::string disk_unknown{}; // why there is none, where it was looked for; fit for a terminal
    std::optional<Budget> budget{};
    rules::MemoryOf memory{};
};

struct Plan {
    std::vector<Step> steps;
    std::vector<std::string> known_words{}; // for suggestions, should a name not be found
    std::optional<ByteCount> rate{};        // that will be held
    std::string from{};                     // where everything comes from; empty: from the names' registries
    Room room{};
    // Why nothing of it is done: Error{storage} where the disk has no room for it, Error{refused} where the budget is
    // passed by something that is to be fetched and --force does not say so.
    std::optional<Error> refusal{};

    bool wants_consent() const;
};

std::string_view to_string(Step::Do); // the enumerator's name, as it stands in JSON

enum class Outcome { pulled, updated, copied, unchanged, failed, interrupted, not_started };
std::string_view to_string(Outcome);

// How a limit of the rate was held.
enum class Pace {
    none,    // there was none, or nothing came
    smooth,  // by a relay
    average, // the server did not get to one: its stream was left and opened again
};
std::string_view to_string(Pace); // the enumerator's name, as it stands in JSON

// An attempt that broke off, and was followed by another or by giving up.
struct Attempt {
    std::string reason; // fit for a terminal
    ByteCount came{};   // bytes in it
    Duration took{0}, waited{0};
    bool stood_still = false; // rather than broke off
};

struct Item {
    Step step;
    Outcome outcome = Outcome::not_started;
    ByteCount fetched{}; // that came over the network, as far as the server's events tell
    ByteCount size{};    // of the model, as the server states it
    std::optional<Digest> digest{};
    Duration took{0};
    bool locked_now = false;         // its entry was added to the lock
    std::vector<Attempt> attempts{}; // that broke off
    ByteCount lost{};                // bytes that were in flight then, and came again
    Pace pace = Pace::none;
    std::vector<ModelName> kept_as{}; // snapshots of what a pin replaced
    std::optional<Error> error{};     // also of one that is installed, but could not be locked
};

enum class Ending { complete, interrupted };

struct Report {
    std::vector<Item> items; // in the plan's order
    Ending ending = Ending::complete;
    std::optional<ByteCount> rate{}; // the limit, bytes a second
    std::string from{};              // as of Plan
    Duration took{0};
};

// `lock`: nullptr where none is in play.
Facts gather(const Options&, const manifest::Manifest&, const manifest::Lock* lock, const Ports&, const Run&);
Plan plan(const Facts&, const Options&); // pure
// To bring exactly one image, through a relay. Pure. Nothing is asked, and no lock is in play.
Plan plan_of(const upstream::Delivery&, upstream::Supply);
Report execute(const Plan&, const Options&, const Ports&,
               const Run&); // a failed item and a stop are in the report, not thrown

} // namespace codemate::lifecycle::pull
