#pragma once

#include "codemate/store/disk.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace codemate::store {

// A models directory of this machine. The directory's own path may lead through links; nothing below it does. Throws
// Error{not_found} or Error{storage} where it is not there, no directory, or not to be entered.
std::unique_ptr<Disk> open_disk(const std::filesystem::path& models_directory);

// Makes the directory where it is not there, and those above it: with these permission bits, and, where `inherit` says
// so, the owner of the nearest one that was there. Returns which it has made, outermost first. Error{storage}.
std::vector<std::filesystem::path> make_models_directory(const std::filesystem::path&, std::uint32_t mode,
                                                         bool inherit_owner);

} // namespace codemate::store
