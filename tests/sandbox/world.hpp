#pragma once

#include "sandbox/catalog.hpp"
#include "sandbox/download.hpp"
#include "sandbox/faults.hpp"
#include "sandbox/pushed.hpp"
#include "sandbox/source.hpp"
#include "sandbox/store.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace codemate::sandbox {

// A model in memory, as /api/ps shows it.
struct Loaded {
    Name name;
    std::string digest;  // of the manifest that it was loaded by
    std::string weights; // blob: one runner for each
    std::uint64_t size = 0;
    std::uint64_t context = 0;
    json::Value details;
    std::optional<FileTime> expires; // nothing: never
};

class Running {
public:
    enum class Was { loaded_before, loaded_now };
    Was load(const Loaded&); // what shares its weights stays under the name that it has
    void unload(const std::string& weights);
    std::vector<Loaded> list(FileTime now); // without what has expired, longest first

private:
    std::mutex mutex_;
    std::vector<Loaded> models_;
};

// What runs a model: so many answers at a time as there are places, the others queue; the last prompt stays in a
// place's cache.
class Runners {
public:
    struct Runner {
        std::vector<std::string> prompt; // its tokens; of the holder of the turn
        bool busy = false;
    };
    struct Limits {
        std::uint64_t parallel = 1; // OLLAMA_NUM_PARALLEL
        std::uint64_t queue = 512;  // OLLAMA_MAX_QUEUE: so many wait
    };
    struct QueueFull {};
    struct Abandoned {}; // whoever wanted the turn has gone
    class Turn {
    public:
        Turn(Runners& runners, Runner& runner, bool waited) : runners_(&runners), runner_(&runner), waited_(waited) {}
        Turn(Turn&& other) noexcept
            : runners_(other.runners_), runner_(std::exchange(other.runner_, nullptr)), waited_(other.waited_) {}
        Turn& operator=(Turn&&) = delete;
        ~Turn() {
            if (runner_ != nullptr) runners_->give_back(*runner_);
        }
        Runner& operator*() const { return *runner_; }
        bool waited() const { return waited_; } // it was not there at once

    private:
        Runners* runners_;
        Runner* runner_;
        bool waited_;
    };

    // Waits for it, first come, first served. Throws QueueFull, Abandoned, and PullCanceled when the server stops.
    Turn turn(const std::string& weights, const Limits&, const std::function<bool()>& gone, std::stop_token);
    std::size_t queued(const std::string& weights);  // who waits now
    void forget_prompts(const std::string& weights); // those of nobody's turn: a holder forgets its own

private:
    struct Places {
        std::deque<Runner> runners; // their addresses stay
        std::deque<std::uint64_t> waiting;
    };
    static Runner* free_one(Places&, const Limits&);
    void give_back(Runner&);

    std::mutex mutex_;
    std::condition_variable_any free_;
    std::map<std::string, Places> places_; // by weights
    std::uint64_t next_ = 0;
};

// What the server remembers of a model for as long as its manifest stays the same: damage to its blobs stays hidden
// until then (server/model_list_cache.go and its neighbours).
class Cache {
public:
    // The value under that key if it was made from that manifest, else what `make` makes; what it throws is not
    // remembered.
    json::Value get(const std::string& key, const std::string& digest, const std::function<json::Value()>& make);
    void forget(const std::string& key);
    void keep_only(const std::set<std::string>& keys); // as for models whose manifest has gone, or is damaged

private:
    struct Entry {
        std::string digest;
        json::Value value;
    };
    std::mutex mutex_;
    std::map<std::string, Entry> entries_;
};

struct WorldOptions {
    std::filesystem::path store;
    std::vector<CatalogEntry> catalog;
    Waits waits;
    // For names that carry a host: the one thing of the world that reaches outside. Tests give their own.
    std::function<std::shared_ptr<Fetch>()> outside;
};

// All that there is: the server's models directory, the registry's content, the faults.
struct World {
    explicit World(WorldOptions);

    Store store;
    Catalog catalog;
    Pushed pushed;
    Faults faults;
    Running running;
    Runners runners;
    std::mutex loading;  // one model at a time; who wants it waits, too
    Cache listed, shown; // by a model's full name: its entry in a list, the answer to show
    Waits waits;
    std::function<std::shared_ptr<Fetch>()> outside;
    std::uint16_t port = 0; // where it listens
    std::stop_source stop;  // the server ends
    Downloads downloads;    // last: its threads use the others

    // Where a pull of this name gets its bytes: from the catalogue, or from the address that is its host.
    // Throws PullFailure for what only HTTPS would reach.
    std::shared_ptr<const Source> source_for(const Name&, bool insecure);
    void end(); // wakes all that wait
};

} // namespace codemate::sandbox
