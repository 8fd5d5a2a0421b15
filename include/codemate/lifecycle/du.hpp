#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/run.hpp"
#include "codemate/machine/disk_space.hpp"
#include "codemate/model/name.hpp"
#include "codemate/ollama/server.hpp"
#include "codemate/store/inventory.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

// Where the space goes that models take: what comes free without one of them, what others use too, and what is no
// model's.
namespace codemate::lifecycle::du {

struct Options {
    std::optional<std::string> filter; // as rules/filter.hpp reads it
};

// The server's models directory, read.
struct Disk {
    store::Inventory inventory;
    std::optional<machine::DiskSpace> space; // of its file system; nothing: not known
};

struct Facts {
    std::optional<Disk> disk;                 // nothing: it cannot be read here
    std::vector<ollama::Installed> installed; // asked for only then
};

struct Row {
    ModelName name;
    ByteCount stated; // the sum of its manifest: what others share counts in each
    bool is_cloud = false;
    std::optional<store::Footprint> on_disk{}; // nothing: not known
    std::size_t missing = 0;                   // blobs that its manifest names and that are not there

    ByteCount referenced() const; // on the disk, else as stated
};

// All that is on the disk. The parts add up to what the disk says of the directory: blocks, not lengths.
struct Parts {
    ByteCount models;    // blobs that at least one model uses
    ByteCount shared;    // what of it and of the snapshots several names use
    ByteCount snapshots; // blobs that nothing but names of codemate's own use
    ByteCount orphaned, partial, temporary, odd, manifests, directories;

    ByteCount sum() const;
};

struct Report {
    std::vector<Row> rows;                   // the largest first, equal ones by name
    std::size_t hidden = 0;                  // names of codemate's own
    std::vector<Row> passing{};              // of these, all that are no snapshots: a run's, or what one left
    std::size_t orphans = 0;                 // blobs
    ByteCount stated;                        // of the rows
    std::optional<ByteCount> free_without{}; // what would come free without all of the rows
    std::optional<Parts> parts{};
    const Disk* disk = nullptr; // into the facts; nullptr: not known
};

Facts gather(std::optional<Disk>, ollama::Server&, const Run&);
Report examine(const Facts&, const Options&); // pure; refers to the facts

} // namespace codemate::lifecycle::du
