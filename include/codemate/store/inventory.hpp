#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/digest.hpp"
#include "codemate/base/time.hpp"
#include "codemate/model/image.hpp"
#include "codemate/model/name.hpp"
#include "codemate/store/stat.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What a models directory holds, as values, so that rules may use it. Paths are those of Disk.
namespace codemate::store {

struct Scan;

// A blob that a manifest names and that is not as the manifest says. What it contains is not looked at: check.hpp.
struct Flaw {
    enum class What {
        missing,
        wrong_size,
        no_file, // a link, a directory, a fifo … stands in its place
    } what;
    Digest blob;
    ByteCount expected;
    ByteCount found;        // of wrong_size
    Type type = Type::file; // of no_file
};

// One model: a manifest that could be read.
struct Entry {
    ModelName name;
    std::string path;
    Image image; // its digest is that of the whole file
    // What the server lists as its digest where that is another one: it hashes what its JSON decoder reads, and that
    // may end before the file does, as before the final newline of files of 513, 1537, 3585 … bytes (facts.md 4.3).
    std::optional<Digest> listed;
    Stat stat;               // its time of change is the modified_at of /api/tags, to the nanosecond
    std::vector<Flaw> flaws; // in the manifest's order; empty also where blobs/ could not be listed

    bool has_digest(const Digest& digest) const { return image.digest == digest || listed == digest; }
};

struct Blob {
    Digest digest;
    Stat stat;
    std::vector<std::uint32_t> users; // into models, ascending; empty: see Inventory::orphans_certain
};

// An unfinished download (facts.md 4.4): the data file has its full length from the start and holes where nothing came
// yet; the records say what a next attempt keeps, as of the end of the last one.
struct Partial {
    Digest digest;
    ByteCount extent;   // how long the blob will be
    ByteCount planned;  // what the records that can be read add up to: the server takes that for the whole blob
    ByteCount recorded; // fetched for sure
    ByteCount on_disk;  // all its files; what the data takes of it exceeds `recorded` while a download runs
    Time modified;      // the latest of its files
    std::uint32_t records = 0;
    bool has_data = false; // records alone: left over from a download that ended
    std::vector<std::string> paths;
    // Of these: records that cannot be read, such as one of zero length. The server's pulls of this blob fail with
    // "EOF" (facts.md 4.5).
    std::vector<std::string> unreadable{};

    bool is_blocked() const { return !unreadable.empty(); }
};

struct Temporary {
    enum class What {
        unfinished, // a blob of a safetensors model on its way
        upload,     // what a create or an upload was writing
        conversion, // a directory, with all that is in it
    } what;
    std::string path;
    ByteCount size, on_disk;
    Time modified; // of a conversion: the latest of its files
};

// What is not as the server would have made it, or cannot be looked at.
struct Oddity {
    enum class What {
        empty_manifest,
        damaged_manifest,  // not what a manifest has to be
        misnamed_manifest, // its path makes no model's name
        linked_manifest,   // a link; the server follows it, codemate does not
        dangling_manifest, // a link that leads nowhere
        unreadable_manifest,
        misplaced_file, // below manifests/, not at a manifest's place
        link,           // elsewhere, such as in place of a blob
        old_blob,       // "sha256:…"; the server renames it at its next start
        no_file,        // a directory, fifo, socket or device where only files belong
        foreign,        // a file or directory that is none of the server's; not looked into
        unreadable,     // a directory that could not be listed, or an entry of which nothing is known
    } what;
    std::string path;
    std::string why; // for people: a clause such as "it is a link to '/x', and codemate follows no link"
    ByteCount on_disk;
    std::optional<ModelName> name{}; // of a manifest whose path makes one
    std::optional<Time> modified{};

    // Keeps the server from removing what is unused when it starts (facts.md 4.5). What codemate may not read the
    // server may be able to: of that nothing is said.
    bool stops_cleaning() const;
    bool stops_listing() const; // makes every /api/tags fail (facts.md 3.2)
};

struct Inventory {
    std::vector<Entry> models; // by path
    std::vector<Blob> blobs;   // by digest
    std::vector<Partial> partials;
    std::vector<Temporary> temporaries;
    std::vector<Oddity> oddities;
    ByteCount directories; // what the directories themselves take of the disk

    bool blobs_known = true; // blobs/ could be listed; else nothing is said of blobs, present or missing
    // Every manifest was understood. Else blobs without users may belong to one that was not, as after damage to it.
    bool orphans_certain = true;

    const Blob* find(const Digest&) const; // nullptr if there is none
};

// Pure; linear but for sorting and searching by digest.
Inventory take_inventory(const Scan&);

// What of the disk goes to what; in blocks, each file once however many names it has in there. The sum is what `du`
// says of the directory, as long as all of it could be listed.
struct Usage {
    ByteCount used;   // blobs that models use
    ByteCount shared; // those of them that more than one model uses; part of `used`
    ByteCount orphaned, partial, temporary, odd, manifests, directories;

    ByteCount sum() const;
};
Usage usage(const Inventory&);

// The part of `used` that goes to these models alone: what would come free without all of them, their manifests not
// counted. One truth value for each model.
ByteCount used_only_by(const Inventory&, const std::vector<bool>& models);

// For each model: what would come free without it and what would not, of its blobs that are there, in blocks.
struct Footprint {
    ByteCount alone, shared;
};
std::vector<Footprint> footprints(const Inventory&);

} // namespace codemate::store
