#pragma once

#include "codemate/base/error.hpp"
#include "codemate/registry/registry.hpp"
#include "codemate/store/disk.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::depot {

inline constexpr ByteCount longest_manifest(std::uint64_t{4} << 20);

// What the two kinds of directory have in common: blobs are files, named by their digest.
class DirectoryRegistry : public registry::Registry {
public:
    DirectoryRegistry(std::shared_ptr<store::Disk> disk, std::string where)
        : disk_(std::move(disk)), where_(std::move(where)) {}

    using registry::Registry::image;
    Digest digest(const ModelName&, Stop) override;
    std::optional<registry::BlobPlace> find_blob(const ModelName&, const Digest&, Stop) override;
    std::string blob(const ModelName&, const Digest&, ByteCount limit, Stop) override;
    std::string blob_head(const ModelName&, const Digest&, ByteCount count, Stop) override;
    void read_blob(const ModelName&, const Digest&, registry::ByteRange,
                   const std::function<http::Flow(std::string_view)>& take, Stop) override;

protected:
    virtual std::string path_of(const Digest&) const = 0;

    store::Disk& disk() const { return *disk_; }
    const std::string& where() const { return where_; }
    std::string text_at(const std::string& path, ByteCount limit) const;
    Image parsed(std::string bytes, const ModelName&) const;                      // throws Error{damaged}
    Error none_of(const ModelName&, const std::vector<std::string>& names) const; // these are there
    Error damaged(const std::string& what) const;

private:
    Error cut_short(const ModelName&, const Digest&, std::uint64_t size) const;
    std::unique_ptr<store::File> open_blob(const ModelName&, const Digest&) const;
    std::string of_model(const Digest&, const ModelName&) const;

    std::shared_ptr<store::Disk> disk_;
    std::string where_;
};

} // namespace codemate::depot
