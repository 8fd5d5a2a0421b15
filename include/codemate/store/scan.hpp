#pragma once

#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/store/disk.hpp"
#include "codemate/store/stat.hpp"

#include <optional>
#include <string>
#include <vector>

namespace codemate::store {

// What stands in a models directory, as it was found: every entry of it, and the content of manifests and of the
// records of unfinished downloads. What it means is said by take_inventory() (inventory.hpp).
struct Scan {
    struct Found {
        std::string path; // a Disk's
        Stat stat;
        std::string link;                     // where a link leads
        std::optional<std::string> content{}; // of regular files at a manifest's or a record's place that can be read
    };
    struct Unread {
        std::string path;
        Error why;
    };
    std::vector<Found> manifests; // below manifests/, four levels deep; directories only where there should be files
    std::vector<Found> blobs;     // in blobs/
    std::vector<Found> rest;      // beside the two, and all below the server's directories for conversions
    std::vector<Unread> unread;   // files, and directories whose content is unknown
    // Whether the two directories could be listed, or are simply not there. False also where one is a link.
    bool manifests_known = true;
    bool blobs_known = true;
    ByteCount directories; // what the directories themselves take of the disk
};

// Reads it once, no link followed. What vanishes meanwhile was not there; what cannot be read is in the result. Throws
// Error only where the directory itself cannot be listed; Interrupted.
Scan scan(Disk&, Stop);

} // namespace codemate::store
