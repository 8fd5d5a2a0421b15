#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/digest.hpp"
#include "codemate/model/name.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// The text of an export directory's index: an OCI image layout 1.0 whose images are models.
namespace codemate::depot {

inline constexpr std::string_view layout_file = "oci-layout";
inline constexpr std::string_view index_file = "index.json";
inline constexpr std::string_view lock_file = "codemate.lock"; // beside them
inline constexpr std::string_view blobs_directory = "blobs/sha256";
inline constexpr ByteCount longest_index(std::uint64_t{16} << 20);

std::string blob_path(const Digest&); // "blobs/sha256/<64 digits>", a store::Disk's

// What is there under a model's name.
struct Entry {
    ModelName name;         // stands as the annotation org.opencontainers.image.ref.name, in full
    std::string media_type; // of the manifest: Docker's v2 or OCI's
    Digest digest;          // of the manifest's bytes
    ByteCount size;         // of the manifest, not of the model

    bool operator==(const Entry&) const = default;
};

struct Index {
    std::vector<Entry> models; // by name
    // Images that are no models, as other tools put into the same directory: they have no full name of a model.
    std::size_t others = 0;

    const Entry* find(const ModelName&) const; // whatever the letter case, as servers do; nullptr if it is not there
};

// Throws Error{damaged} that says where what was expected: no JSON, wrong types, digests that are none, a list of
// images under a model's name, a model's name twice (whatever its letter case).
Index parse_index(std::string_view text);

// Sorted by name, whatever the order was. Without the others.
std::string to_text(const Index&);

// "oci-layout": its text, and whether a text is one of a version that is understood. Throws Error{damaged,
// usage}.
std::string layout_text();
void check_layout(std::string_view text);

bool is_manifest_type(std::string_view media_type); // Docker's v2 or OCI's: one image

} // namespace codemate::depot
