#pragma once

#include "codemate/machine/disk_space.hpp"
#include "codemate/store/inventory.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace codemate::cli {

class Wiring;

// The models directory of the server that is asked, as far as this command can read it.
struct StoreDirectory {
    std::filesystem::path path;
    store::Inventory inventory; // its blobs are known
    std::optional<machine::DiskSpace> space;
};
struct StoreLook {
    std::optional<StoreDirectory> found;
    std::string why_not; // where there is none: a clause, fit for a terminal
};
StoreLook look_into_store(Wiring&);

// What to say on stderr of a look that found none: "disk: not checked, …".
std::string not_checked(const StoreLook&);

} // namespace codemate::cli
