#pragma once

#include "codemate/base/digest.hpp"
#include "codemate/depot/index.hpp"
#include "codemate/store/disk.hpp"

#include <optional>
#include <string>
#include <string_view>

// Writes an export directory: an OCI image layout 1.0 that layout_registry() reads. Blobs come first, then the index
// that names them, so that whoever reads it meanwhile, or after a crash, finds nothing that is not whole.
namespace codemate::depot {

inline constexpr std::string_view work_directory = ".codemate"; // of what is not whole yet; gone afterwards

// What is there, if it may be written into: nothing of an empty directory. Throws Error{usage} for one with other
// things in it, for a layout of a version that is not understood, and for one with images that are no models, which
// would be lost; Error{damaged, storage}.
std::optional<Index> written_so_far(store::Disk&, const std::string& where);

// Makes its directories and `oci-layout`, as far as they are not there. Throws Error{storage}.
void prepare(store::Disk&);

void put_blob(store::Disk&, const Digest&, std::string_view bytes); // a small one, under its final name at once
void put_index(store::Disk&, const Index&);                         // in one step
void put_lock(store::Disk&, std::string_view text);                 // likewise; nothing is left beside it by a kill
// Removes what the work directory has of blobs that are whole by now, and itself if nothing is left; throws nothing.
void clear_work(store::Disk&);

std::string partial_path(const Digest&); // in the work directory

} // namespace codemate::depot
