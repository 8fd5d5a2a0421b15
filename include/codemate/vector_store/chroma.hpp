#pragma once

#include "codemate/base/run.hpp"
#include "codemate/base/time.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// What a store of vectors says of itself. Read only, and nothing is written beside it either: no journal, no index of
// one, no lock file.
namespace codemate::vector_store {

struct Collection {
    std::string name;
    std::string database = {};                   // of the server's several ones; empty: this version has none
    std::optional<std::uint64_t> dimension = {}; // nothing: it holds nothing yet, or this version does not say
    std::uint64_t embeddings = 0;
    // Who makes its vectors, where that was written down; "default" is Chroma's own model. A project that hands over
    // finished vectors leaves this at what it was.
    std::string function = {}; // "ollama", "default", "openai" …
    std::string model = {};    // "nomic-embed-text"
};

struct Chroma {
    std::filesystem::path file;
    std::string version = {};                 // "0.4.0 to 0.4.14", by the form of its tables
    std::vector<Collection> collections = {}; // by name
    bool behind = false; // a program has it open in WAL mode: what stands in its -wal file is not seen here
};

// The store in this directory, by its chroma.sqlite3. Waits so long for a program that is writing. Throws
// Error{not_found} where there is no directory, or none with that file; Error{unsupported} for stores of Chroma 0.3 and
// for tables of an unknown form; Error{damaged} for what is no database, or a broken one; Error{storage} for what
// cannot be read, and one that is being written to.
Chroma read_chroma(const std::filesystem::path& directory, Stop, Duration patience = std::chrono::seconds(3));

} // namespace codemate::vector_store
