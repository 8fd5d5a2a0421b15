#pragma once

#include "codemate/store/disk.hpp"

#include <filesystem>
#include <memory>

namespace codemate::store {

// A models directory of this machine. The directory's own path may lead through links; nothing below it does. Throws
// Error{not_found} or Error{storage} where it is not there, no directory, or not to be entered.
std::unique_ptr<Disk> open_disk(const std::filesystem::path& models_directory);

} // namespace codemate::store
