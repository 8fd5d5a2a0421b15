#pragma once

#include "codemate/machine/disk_space.hpp"
#include "codemate/ollama/types.hpp"
#include "codemate/store/disk.hpp"
#include "codemate/store/inventory.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace codemate::cli {

class Wiring;

// The models directory of the server that is asked, as far as this command can read it.
struct StoreDirectory {
    std::filesystem::path path;
    store::Inventory inventory; // its blobs are known
    std::optional<machine::DiskSpace> space;
    std::shared_ptr<store::Disk> disk;
    std::string doubt; // empty: it is proven to be the server's
};
struct StoreLook {
    std::optional<StoreDirectory> found;
    std::string why_not; // where there is none: a clause, fit for a terminal
};
StoreLook look_into_store(Wiring&);
// The same of a server whose models are listed already. Says nothing on stderr; `doubt` of what was found is why it may
// be another server's, as it was named.
StoreLook look_into_store(Wiring&, std::vector<ollama::Installed>);

// Of the directory's file system; nothing where it does not say.
std::optional<machine::DiskSpace> space_of(const std::filesystem::path&);

// What to say on stderr of a look that found none: "disk: not checked, …".
std::string not_checked(const StoreLook&);

} // namespace codemate::cli
