#pragma once

#include "sandbox/name.hpp"

#include "codemate/json/value.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

// A models directory as Ollama keeps it: blobs/ and manifests/, nothing beside the files.
namespace codemate::sandbox {

// What went wrong, in the words that the server would send.
struct StoreError {
    std::string text;
    bool missing = false; // there is no such file
};

using FileTime = std::chrono::sys_time<std::chrono::nanoseconds>;

struct StoredLayer {
    std::string media_type, digest, from;
    std::uint64_t size = 0;
};

struct StoredManifest {
    Name name;
    std::string digest; // 64 hex digits
    FileTime modified;
    std::vector<StoredLayer> layers;
    std::optional<StoredLayer> config;

    std::uint64_t size() const;
    std::vector<std::string> blobs() const;                // digests, the configuration's last
    const StoredLayer* layer(std::string_view kind) const; // of application/vnd.ollama.image.KIND; nullptr
};

// Safe from several threads: manifests are read whole, and no directory is taken from under one that is written.
class Store {
public:
    explicit Store(std::filesystem::path root) : root_(std::move(root)) {}
    const std::filesystem::path& root() const { return root_; }

    // All that parse, by name. Throws StoreError, as for a link that leads nowhere; what vanishes meanwhile is not
    // there.
    std::vector<StoredManifest> manifests() const;
    std::vector<Name> names() const;
    StoredManifest manifest(const Name&) const; // throws StoreError

    void write_manifest(const Name&, std::string_view text) const;
    void copy_manifest(const Name& from, const Name& to) const;
    void remove(const StoredManifest&) const;                        // and the blobs that no other needs
    void remove_unused(const std::vector<std::string>& blobs) const; // of these, what no manifest needs

    // "sha256:" or "sha256-" and 64 digits; throws StoreError{"invalid digest format"}.
    std::filesystem::path blob_path(std::string_view digest) const;
    std::optional<std::uint64_t> blob_size(std::string_view digest) const; // of the file, if there is one
    std::string read_blob(std::string_view digest) const;                  // throws StoreError
    // Stores the bytes under the digest that they have, which is returned.
    std::string add_blob(std::string_view bytes) const;

private:
    std::filesystem::path manifest_path(const Name& name) const { return root_ / "manifests" / name.path(); }
    std::vector<StoredManifest> read_manifests() const; // these ask for the lock to be held
    StoredManifest read_manifest(const Name&) const;
    void put_manifest(const Name&, std::string_view text) const;

    std::filesystem::path root_;
    mutable std::shared_mutex mutex_; // of manifests/
};

// As the server takes it from the registry: throws go::JsonError.
StoredManifest parse_manifest(std::string_view text);

// SHA-256 of what Go's decoder reads of a manifest file (facts.md 4.3): not always the last newline.
std::string manifest_digest(std::string_view file);

// "open /path: permission denied"
[[noreturn]] void throw_store_error(int error, std::string_view doing, const std::filesystem::path&);

} // namespace codemate::sandbox
