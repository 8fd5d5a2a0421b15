#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/machine/hardware.hpp"

using namespace codemate;
using namespace codemate::machine;

namespace {

void write(const test::TempDir& root, const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root / path).parent_path());
    root.write(path, text);
}

} // namespace

TEST_CASE("a machine is described by what /proc and /sys say") {
    const test::TempDir root;
    write(root, "proc/cpuinfo", "processor\t: 0\nmodel name\t: Fast CPU\n\nprocessor\t: 1\nmodel name\t: Fast CPU\n");
    write(root, "proc/meminfo", "MemTotal:       16000000 kB\nMemFree: 1 kB\n");
    write(root, "proc/loadavg", "0.75 0.50 0.25 1/100 4242\n");
    write(root, "proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t GeForce RTX 3080\nIRQ: 1\n");
    write(root, "sys/class/drm/card0/device/vendor", "0x1002\n");
    write(root, "sys/class/drm/card0-HDMI-1/device/vendor", "0x1002\n");
    write(root, "sys/class/drm/card1/device/vendor", "0x8086\n");
    const Hardware hardware = read_hardware(root.path());
    CHECK(hardware.text() == "Fast CPU, 2 threads, 16 GB, AMD, GeForce RTX 3080");
    CHECK(load_average(root.path()) == 0.75);
    CHECK(hardware.driver.empty());
    write(
        root, "proc/driver/nvidia/version",
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 01:44:30 UTC 2024\nGCC version: 12.2\n");
    CHECK(read_hardware(root.path()).driver == "NVIDIA 550.54.14");
    write(root, "sys/module/amdgpu/version", "6.7.8\n");
    CHECK(read_hardware(root.path()).driver == "NVIDIA 550.54.14, AMD 6.7.8");
}

TEST_CASE("what is not told is not known") {
    const test::TempDir root;
    CHECK(read_hardware(root.path()).text().empty());
    CHECK_FALSE(load_average(root.path()));
    write(root, "proc/loadavg", "busy\n");
    CHECK_FALSE(load_average(root.path()));
}

TEST_CASE("this machine has a processor") {
    CHECK(read_hardware().threads > 0);
    CHECK(load_average().has_value());
}
