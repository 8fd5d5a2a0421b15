#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/digest.hpp"
#include "codemate/base/run.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/model/image.hpp"
#include "codemate/model/name.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::manifest {

// What codemate.lock says of one model.
struct Locked {
    Digest digest;            // of the registry manifest's bytes
    ModelName source;         // where these bytes come from, by its full name
    ByteCount size;           // derived from the bytes (Image::size()), written for the reader of a diff
    std::string quantization; // likewise, from the configuration; may be empty
    // The registry manifest, exactly; absent until a registry or store could give them.
    std::optional<std::string> bytes;
    std::vector<Digest> same;    // other digests seen with the very same layers
    std::string vectors;         // of embedding models; opaque here
    std::size_t source_line = 0; // where `source` stands in the text; 0: not read from one

    bool is(const Digest&) const; // `digest` or one of `same`
};

struct Lock {
    std::map<ModelName, Locked, ServerOrder> models;
    const Locked* find(const ModelName&) const; // as the server compares names; or nullptr
};

// Pure. All mistakes together, as parse() does it for manifests: a newer schema, digests that are short or not
// hexadecimal, the same model twice, bytes that do not hash to the digest, a size that contradicts them, unknown and
// missing keys. (The quantization stands in the configuration, which is not here.)
struct ParsedLock {
    Lock lock;
    std::vector<Problem> problems;
};
ParsedLock parse_lock(std::string_view text);

// Sources that are neither the model's own name, nor its `from`, nor one of both at a declared mirror: a lock is a file
// that anyone may send. In the order of its text.
std::vector<Problem> check_sources(const Lock&, const Manifest&);

std::string to_text(const Lock&); // sorted, one model a block, a final newline: made to be read in a diff

// The file beside a manifest.
class LockFile {
public:
    explicit LockFile(std::filesystem::path path) : path_(std::move(path)) {}
    const std::filesystem::path& path() const { return path_; }
    bool exists() const;

    Lock read() const; // empty if there is no file; Error{manifest} with all problems, Error{storage}

    // Read, change, write in one step under the file lock `<path>.lock~`, so that two processes lose nothing; waits for
    // the other one until stopped. Nothing is written where `change` changes nothing, and nothing is ever written over
    // a file with problems. Returns the lock as it is then. Error{storage} where the directory cannot be written;
    // Error{defect} for a change that leads to a lock with problems.
    Lock update(const std::function<void(Lock&)>& change, Stop) const;

private:
    std::filesystem::path path_;
};

// codemate.lock beside the manifest's file; nothing for the built-in one.
std::optional<std::filesystem::path> lock_path(const Origin&);

} // namespace codemate::manifest
