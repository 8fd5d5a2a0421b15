#pragma once

#include <filesystem>
#include <vector>

namespace codemate::machine {

// The directories of the graphics cards' drivers below /sys/class/drm, ordered: card0/device, not its outputs such as
// card0-DP-1, which lead to the same device.
std::vector<std::filesystem::path> card_devices(const std::filesystem::path& cards);

} // namespace codemate::machine
