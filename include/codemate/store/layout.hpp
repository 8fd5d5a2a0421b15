#pragma once

#include "codemate/base/digest.hpp"
#include "codemate/model/name.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Where things stand in a models directory (facts.md 4.1; manifest/paths.go, server/download.go and
// x/transfer/download.go of Ollama). Paths are those of Disk.
namespace codemate::store {

inline constexpr std::string_view blobs_directory = "blobs";
inline constexpr std::string_view manifests_directory = "manifests";
inline constexpr std::string_view conversion_prefix = "ollama-safetensors"; // of temporary directories beside the two

std::string blob_path(const Digest&);        // "blobs/sha256-<64 digits>"
std::string manifest_path(const ModelName&); // "manifests/host/owner/model/tag"

// What a name in blobs/ says that the file is.
struct BlobName {
    enum class What {
        blob,
        partial,    // "-partial": data of an unfinished download, sparse
        record,     // "-partial-<number>": how far one part of it has come
        unfinished, // ".tmp": a blob of a safetensors model on its way
        upload,     // "sha256-<digits>": what a create or an upload is writing
        old_blob,   // "sha256:<64 digits>": renamed by the server at its next start
        foreign,
    } what = What::foreign;
    std::optional<Digest> digest = {}; // of blob, partial, record, unfinished, old_blob
    std::uint64_t part = 0;            // of a record
};
BlobName parse_blob_name(std::string_view);

} // namespace codemate::store
