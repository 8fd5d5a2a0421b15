#pragma once

#include "codemate/base/bytes.hpp"

#include <filesystem>

namespace codemate::machine {

struct DiskSpace {
    ByteCount total; // of the whole file system
    ByteCount free;  // for whoever is not root, who has a reserve
};

// Of the file system that the path is on. Throws Error{storage, not_found}.
DiskSpace free_space(const std::filesystem::path&);

} // namespace codemate::machine
