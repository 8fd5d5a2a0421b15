#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace codemate::sandbox {

// What was pushed to the registry, in memory. Repositories are what stands between /v2/ and /blobs or /manifests,
// whatever that is. Safe from several threads.
class Pushed {
public:
    using Bytes = std::shared_ptr<const std::string>;
    struct Manifest {
        std::string bytes, media_type, digest; // "sha256:…"
    };

    std::string begin(const std::string& repository);                   // an upload; its name
    std::optional<std::uint64_t> size(const std::string& upload) const; // nothing: there is none
    void append(const std::string& upload, std::string_view bytes);     // to one that is there
    bool end(const std::string& upload, const std::string& digest);     // false: the bytes have another digest
    void forget(const std::string& upload);
    std::size_t uploads() const;

    bool mount(const std::string& repository, const std::string& from, const std::string& digest);
    Bytes blob(const std::string& repository, const std::string& digest) const; // nullptr: there is none

    void put(const std::string& repository, const std::string& tag, Manifest);
    std::optional<Manifest> manifest(const std::string& repository, const std::string& reference) const;

    std::uint64_t received() const; // bytes of uploads, those in vain too

private:
    struct Unfinished {
        std::string repository, bytes;
    };
    mutable std::mutex mutex_;
    std::uint64_t next_ = 1, received_ = 0;
    std::map<std::string, Unfinished> uploads_;
    std::map<std::string, std::map<std::string, Bytes>> blobs_;
    std::map<std::string, std::map<std::string, Manifest>> manifests_; // by tag and by digest
};

} // namespace codemate::sandbox
