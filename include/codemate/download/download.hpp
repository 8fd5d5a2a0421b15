#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/deadline.hpp"
#include "codemate/base/digest.hpp"
#include "codemate/base/run.hpp"
#include "codemate/base/time.hpp"
#include "codemate/model/name.hpp"
#include "codemate/registry/registry.hpp"
#include "codemate/store/disk.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

// A blob out of a registry into a file: docs/decisions/0015-direct-download.md.
namespace codemate::download {

struct Wanted {
    Digest digest;
    ByteCount size;
    std::vector<ModelName> places; // under whose names a registry has it; the next one where one fails
};

// Paths of the disk, in directories that are there, all on one file system.
struct Target {
    std::string partial; // while it is not whole; what it needs to go on stands in journal_of(partial)
    std::string whole;   // its name when it has the digest; another file of that name is replaced
    store::Ownership ownership{};
};
std::string journal_of(const std::string& partial);

// Places that were not reached, shared by the downloads of one run: the next ones ask them last, and once. May be used
// by several threads at once.
class Unreached {
public:
    void add(const std::string& place); // as asked_at() calls it
    void remove(const std::string& place);
    bool has(const std::string& place) const;

private:
    mutable std::mutex mutex_;
    std::set<std::string> places_;
};

struct Options {
    std::size_t connections = 3;                    // at most; small blobs take one
    std::uint64_t part = std::uint64_t{8} << 20;    // asked for with one request; a multiple of `block`
    std::uint64_t block = std::uint64_t{256} << 10; // written down at once: what a kill can lose of each connection
    std::uint64_t window = std::uint64_t{24}
                           << 20; // how far connections get ahead of the hash: what it takes of memory
    int retries = 5;              // of a connection, in a row, that bring nothing
    // What is written survives the end of a process, but not the computer's. Where this is another one than in the
    // journal, what the file has is hashed again before it is believed. Empty: never believed.
    std::string boot{};
    std::function<double()> random = [] { return 0.5; }; // from 0 to 1: spreads the waits of many clients
    // Between two attempts. Throws Interrupted.
    std::function<void(Duration, Stop)> wait = [](Duration span, const Stop& stop) { pause(span, stop); };
    // Before so many bytes are taken, from each connection's thread; may wait, as to hold a rate.
    std::function<void(ByteCount, Stop)> pace{};
    std::string where{};                    // that all places are at, as messages call it; empty: each at its host
    std::string public_registry{};          // what stands in for it, as messages call that; empty: nothing does
    std::shared_ptr<Unreached> unreached{}; // nothing: each download finds out by itself
    std::function<void(const std::string&)> note{}; // what is tried again, or elsewhere: fit for a terminal
};

std::string asked_at(const ModelName& place, const Options&); // who is asked for it; fit for a terminal

struct Report {
    ByteCount fetched{}; // that came from a registry in this run, those in vain too
    ByteCount resumed{}; // that an earlier run had left, and that were not fetched again
    std::size_t retried = 0;
};

// Returns when `whole` has the content, hashed and on the disk. `progress` gets how much of it is in the file, one call
// at a time, from several threads. For one caller at a time for each partial. Each byte is hashed once, from memory
// where this run fetched it.
// Throws Error{damaged} where the content has another digest: nothing is left of it then; the registry's Errors, when
// all places failed; Error{storage} as of the disk, and where a directory stands under the whole one's name;
// Interrupted. After all but the first the partial stays if anything came, and the next run goes on with it: what is in
// it is hashed again where another boot, or somebody else's write, makes that necessary.
Report fetch(const Wanted&, const Target&, registry::Registry&, store::Disk&, const Options&,
             const std::function<void(ByteCount done)>& progress, Stop);

// How much of it a fetch() that was cut off has left, by its journal: what the next one need not fetch, unless it finds
// that it is damaged. Nothing where that cannot be told.
ByteCount left_over(const Wanted&, const Target&, store::Disk&);

// Removes what an unfinished download has left.
void discard(const Target&, store::Disk&);

} // namespace codemate::download
