#pragma once

#include "codemate/base/bytes.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace codemate::machine {

// This computer, as far as it decides how fast a model is. What /proc and /sys do not tell is empty, or zero.
struct Hardware {
    std::string processor; // "Intel(R) Core(TM) i7-12700K"
    unsigned threads = 0;
    ByteCount memory;
    std::vector<std::string> gpus; // those of NVIDIA's driver by name, others as "AMD"; ordered
    std::string driver;            // of the graphics processors: "NVIDIA 550.54.14"; not part of text()

    std::string text() const; // in one line: for people, and to compare with another machine
};

// `root`: where /proc and /sys are; "/" but for tests.
Hardware read_hardware(const std::filesystem::path& root = "/");

// Processes that ran or waited to run in the last minute, on average. Nothing where the system does not tell.
std::optional<double> load_average(const std::filesystem::path& root = "/");

} // namespace codemate::machine
