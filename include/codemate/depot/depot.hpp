#pragma once

#include "codemate/registry/registry.hpp"
#include "codemate/store/disk.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

// A directory with models, read as a registry. `where` is what messages call it: as the user named it. What
// registry::Registry says holds, and beside it: Error{storage} for what cannot be read or stands behind a link,
// Error{damaged} where a manifest is not what the index says, or a text is none; Error{check} for a part beyond the
// end of a blob's file. No blob has an open address.
// The tag of a name is looked up with all of the name's parts, letter case ignored as servers do. By digest, manifests
// are found under whichever host has the same owner and model: a store may have it by a mirror's name.
namespace codemate::depot {

// What `codemate export` writes: an OCI image layout (index.hpp).
std::unique_ptr<registry::Registry> layout_registry(std::shared_ptr<store::Disk>, std::string where);

// A models directory, which a server may be using at the same time.
std::unique_ptr<registry::Registry> store_registry(std::shared_ptr<store::Disk>, std::string where);

enum class Form { layout, store };
// By what stands in it: "oci-layout", or "manifests" and "blobs". Nothing where it is neither. Throws Error{storage}.
std::optional<Form> form_of(store::Disk&);

// Whether form_of() a directory at that path is `layout`, as far as one can tell from here; false where it cannot be
// read.
bool is_layout(const std::filesystem::path&);

// The registry that the directory is. Throws Error{usage} for one that is none, or of another version, Error{damaged,
// storage}.
std::unique_ptr<registry::Registry> open(std::shared_ptr<store::Disk>, std::string where);

} // namespace codemate::depot
