#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/run.hpp"
#include "codemate/machine/programs.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What this computer has to load models into. What cannot be found out is nothing, never zero.
namespace codemate::machine {

struct Memory {
    ByteCount total;     // main memory
    ByteCount available; // that programs can have now, without swapping (MemAvailable)
    ByteCount swap{};    // of the swap, what is in use
};
std::optional<Memory> memory(const std::filesystem::path& meminfo = "/proc/meminfo");

struct Gpu {
    std::string name; // as its driver says it; not yet fit for a terminal
    ByteCount total, free;

    bool operator==(const Gpu&) const = default;
};

// Those that nvidia-smi lists, and those whose driver tells of their memory below this directory, as AMD's does.
// Nothing where neither says anything: there may be a GPU of another kind. nvidia-smi takes a second or so on many
// machines; it is given up after `patience`.
std::optional<std::vector<Gpu>> gpus(Programs&, const Stop&, Duration patience = std::chrono::seconds(3),
                                     const std::filesystem::path& cards = "/sys/class/drm");

// Of `nvidia-smi --query-gpu=name,memory.total,memory.free --format=csv,noheader,nounits`: MiB. Lines that say no
// figures, as of a GPU that shares the main memory ("[N/A]"), are left out.
std::vector<Gpu> parse_nvidia(std::string_view output);

} // namespace codemate::machine
