#include "sandbox/store.hpp"

#include "sandbox/go_json.hpp"

#include "codemate/base/digest.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace codemate::sandbox {
namespace {

namespace fs = std::filesystem;

class File {
public:
    File(const fs::path& path, int flags) : path_(path), fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {
        if (fd_ < 0) throw_store_error(errno, "open", path);
    }
    ~File() { ::close(fd_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    std::string read_all() const {
        std::string text;
        char buffer[65536];
        for (ssize_t count = 0; (count = ::read(fd_, buffer, sizeof buffer)) != 0;) {
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) throw_store_error(errno, "read", path_);
            text.append(buffer, static_cast<std::size_t>(count));
        }
        return text;
    }
    void write_all(std::string_view bytes) const {
        while (!bytes.empty()) {
            const auto count = ::write(fd_, bytes.data(), bytes.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) throw_store_error(errno, "write", path_);
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
    }

private:
    fs::path path_;
    int fd_;
};

FileTime modified(const fs::path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) throw_store_error(errno, "stat", path);
    return FileTime(std::chrono::seconds(info.st_mtim.tv_sec) + std::chrono::nanoseconds(info.st_mtim.tv_nsec));
}

void make_directories(const fs::path& path) {
    std::error_code error;
    fs::create_directories(path, error);
    if (error) {
        try {
            throw_store_error(error.value(), "mkdir", path);
        } catch (StoreError& failure) {
            failure.text += ": ensure path elements are traversable";
            throw;
        }
    }
}

std::string member_string(const json::Value& object, std::string_view key) {
    const auto* found = object.find(key);
    return found != nullptr && found->string() != nullptr ? *found->string() : std::string();
}

StoredLayer read_layer(const json::Value& object) {
    if (!object.is_object()) throw go::JsonError{"json: cannot unmarshal into Go value of type manifest.Layer"};
    const auto* size = object.find("size");
    return {member_string(object, "mediaType"), member_string(object, "digest"), member_string(object, "from"),
            size == nullptr ? 0 : size->unsigned_integer().value_or(0)};
}

// What is no link is gone or, by now, back again: only a link to nowhere is there and cannot be looked at.
bool is_link(const fs::path& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0 && S_ISLNK(info.st_mode);
}

// Of what the walk over manifests/*/*/*/* finds; throws where the whole walk has to fail.
std::vector<fs::path> manifest_files(const fs::path& directory, int levels) {
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
        if (levels == 0) {
            struct stat info {};
            if (::stat(entry->path().c_str(), &info) != 0) {
                const int reason = errno;
                if (!is_link(entry->path())) continue;
                throw_store_error(reason, "stat", entry->path());
            }
            if (!S_ISDIR(info.st_mode)) found.push_back(entry->path());
        } else {
            std::error_code ignored;
            if (!fs::is_directory(entry->path(), ignored)) continue;
            const auto below = manifest_files(entry->path(), levels - 1);
            found.insert(found.end(), below.begin(), below.end());
        }
    }
    std::ranges::sort(found);
    return found;
}

void prune_empty(const fs::path& directory) {
    std::error_code ignored;
    if (!fs::is_directory(fs::symlink_status(directory, ignored))) return;
    for (const auto& entry : fs::directory_iterator(directory, ignored))
        prune_empty(entry.path());
    if (fs::is_empty(directory, ignored)) fs::remove(directory, ignored);
}

} // namespace

void throw_store_error(int error, std::string_view doing, const fs::path& path) {
    std::string reason = std::strerror(error);
    reason.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(reason.front())));
    throw StoreError{std::string(doing) + " " + path.string() + ": " + reason, error == ENOENT};
}

std::uint64_t StoredManifest::size() const {
    std::uint64_t sum = config ? config->size : 0;
    for (const auto& each : layers)
        sum += each.size;
    return sum;
}

std::vector<std::string> StoredManifest::blobs() const {
    std::vector<std::string> digests;
    for (const auto& each : layers)
        digests.push_back(each.digest);
    if (config && !config->digest.empty()) digests.push_back(config->digest);
    return digests;
}

const StoredLayer* StoredManifest::layer(std::string_view kind) const {
    const auto wanted = "application/vnd.ollama.image." + std::string(kind);
    const auto found = std::ranges::find(layers, wanted, &StoredLayer::media_type);
    return found == layers.end() ? nullptr : &*found;
}

StoredManifest parse_manifest(std::string_view text) {
    const auto root = go::decode(text);
    if (!root.is_object() && !root.is_null())
        throw go::JsonError{"json: cannot unmarshal into Go value of type manifest.Manifest"};
    StoredManifest manifest;
    if (const auto* config = root.find("config"); config != nullptr && !config->is_null())
        manifest.config = read_layer(*config);
    if (const auto* layers = root.find("layers"))
        for (const auto& layer : layers->elements())
            manifest.layers.push_back(read_layer(layer));
    return manifest;
}

std::string manifest_digest(std::string_view file) {
    // The decoder reads 512 bytes, then as much again as its grown buffer holds. If the value ends where a read ends,
    // it never looks at what follows.
    std::size_t value_end = 0;
    try {
        value_end = go::first_value_end(file);
    } catch (const go::JsonError&) {
        value_end = file.size();
    }
    std::size_t read = 512;
    while (read < value_end)
        read = 2 * read + 512;
    return Digest::of(file.substr(0, std::min(read, file.size()))).hex();
}

std::vector<StoredManifest> Store::manifests() const {
    const std::shared_lock lock(mutex_);
    return read_manifests();
}

std::vector<StoredManifest> Store::read_manifests() const {
    std::vector<StoredManifest> found;
    const auto top = root_ / "manifests";
    make_directories(top);
    for (const auto& path : manifest_files(top, 3)) {
        const auto name = Name::from_path(path.lexically_relative(top).generic_string());
        if (!name) continue;
        try {
            found.push_back(read_manifest(*name));
        } catch (const StoreError&) { // skipped, as the server skips what does not parse
        }
    }
    return found;
}

std::vector<Name> Store::names() const {
    std::vector<Name> names;
    for (const auto& each : manifests())
        names.push_back(each.name);
    return names;
}

StoredManifest Store::manifest(const Name& name) const {
    const std::shared_lock lock(mutex_);
    return read_manifest(name);
}

StoredManifest Store::read_manifest(const Name& name) const {
    const auto path = manifest_path(name);
    const std::string text = File(path, O_RDONLY).read_all();
    try {
        auto manifest = parse_manifest(text);
        manifest.name = name;
        manifest.digest = manifest_digest(text);
        manifest.modified = modified(path);
        return manifest;
    } catch (const go::JsonError& error) {
        throw StoreError{error.text};
    }
}

void Store::write_manifest(const Name& name, std::string_view text) const {
    const std::lock_guard lock(mutex_);
    put_manifest(name, text);
}

void Store::put_manifest(const Name& name, std::string_view text) const {
    const auto path = manifest_path(name);
    make_directories(path.parent_path());
    File(path, O_WRONLY | O_CREAT | O_TRUNC).write_all(text);
}

void Store::copy_manifest(const Name& from, const Name& to) const {
    if (from == to) return;
    const std::lock_guard lock(mutex_);
    make_directories(manifest_path(to).parent_path()); // also where there turns out to be nothing to copy
    const std::string text = File(manifest_path(from), O_RDONLY).read_all();
    put_manifest(to, text);
}

void Store::remove_unused(const std::vector<std::string>& blobs) const {
    std::set<std::string> used;
    for (const auto& other : manifests())
        for (const auto& digest : other.blobs())
            used.insert(digest);
    for (const auto& digest : blobs) {
        if (used.contains(digest)) continue;
        const auto path = blob_path(digest);
        if (::unlink(path.c_str()) != 0 && errno != ENOENT) throw_store_error(errno, "remove", path);
    }
}

void Store::remove(const StoredManifest& manifest) const {
    {
        const std::lock_guard lock(mutex_);
        const auto path = manifest_path(manifest.name);
        if (::unlink(path.c_str()) != 0) throw_store_error(errno, "remove", path);
        prune_empty(root_ / "manifests");
    }
    remove_unused(manifest.blobs());
}

fs::path Store::blob_path(std::string_view digest) const {
    const bool marked = digest.starts_with("sha256:") || digest.starts_with("sha256-");
    if (!marked || digest.size() != 71 || digest.substr(7).find_first_not_of("0123456789abcdefABCDEF") != digest.npos)
        throw StoreError{"invalid digest format"};
    make_directories(root_ / "blobs");
    return root_ / "blobs" / ("sha256-" + std::string(digest.substr(7)));
}

std::optional<std::uint64_t> Store::blob_size(std::string_view digest) const {
    const auto path = blob_path(digest);
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0) return static_cast<std::uint64_t>(info.st_size);
    if (errno == ENOENT) return std::nullopt;
    throw_store_error(errno, "stat", path);
}

std::string Store::read_blob(std::string_view digest) const {
    return File(blob_path(digest), O_RDONLY).read_all();
}

std::string Store::add_blob(std::string_view bytes) const {
    const auto digest = Digest::of(bytes).text();
    const auto path = blob_path(digest);
    std::string temporary = (path.parent_path() / "sha256-XXXXXX").string();
    const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
    if (fd < 0) throw_store_error(errno, "open", temporary);
    ::close(fd);
    try {
        File(temporary, O_WRONLY).write_all(bytes);
    } catch (const StoreError&) {
        ::unlink(temporary.c_str());
        throw;
    }
    ::chmod(temporary.c_str(), 0644);
    if (::rename(temporary.c_str(), path.c_str()) != 0) throw_store_error(errno, "rename", path);
    return digest;
}

} // namespace codemate::sandbox
