#pragma once

#include <filesystem>
#include <vector>

namespace codemate::machine {

// Where this machine keeps what containers have in their named volumes: the mount points below the directories of
// Docker and Podman, of the system and of the user with this home, as far as they can be listed (Docker's own are
// root's). Ordered by path.
std::vector<std::filesystem::path> volume_directories(const std::filesystem::path& home);

// The same below any directory: DIRECTORY/<volume>/_data.
std::vector<std::filesystem::path> volumes_below(const std::filesystem::path& directory);

} // namespace codemate::machine
