#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/error.hpp"
#include "codemate/machine/memory.hpp"

#include <filesystem>

using namespace codemate;
using machine::Gpu;

namespace {

constexpr std::uint64_t mib = 1024 * 1024;

// nvidia-smi, as it answers or does not.
class Scripted final : public machine::Programs {
public:
    explicit Scripted(std::optional<machine::Finished> answer) : answer_(std::move(answer)) {}
    machine::Finished run(const machine::Program& program, Stop) override {
        command = program.command;
        if (!answer_) throw Error(Kind::not_found, "there is no program");
        return *answer_;
    }
    std::vector<std::string> command{};

private:
    std::optional<machine::Finished> answer_;
};

std::optional<std::vector<Gpu>> gpus(std::optional<machine::Finished> answer, const std::filesystem::path& cards) {
    Scripted programs(std::move(answer));
    return machine::gpus(programs, {}, std::chrono::seconds(1), cards);
}

} // namespace

TEST_CASE("the memory of this machine") {
    const auto memory = machine::memory();
    REQUIRE(memory);
    CHECK(memory->total > ByteCount());
    CHECK(memory->available <= memory->total);
}

TEST_CASE("memory by the text of the system") {
    const test::TempDir directory;
    struct Row {
        const char* text;
        std::optional<std::uint64_t> total;
    };
    const Row row =
        GENERATE(Row{"MemTotal:       2000 kB\nMemFree: 1 kB\nMemAvailable:  500 kB\n", 2000 * 1024},
                 Row{"MemTotalX: 2 kB\nMemTotal: 7 kB\n", 7 * 1024}, Row{"", std::nullopt},
                 Row{"MemTotal: many kB\n", std::nullopt}, Row{"MemTotal: 20\n", std::nullopt},
                 Row{"MemTotal: 0 kB\n", std::nullopt}, Row{"MemTotal: 99999999999999999999 kB\n", std::nullopt});
    directory.write("meminfo", row.text);
    const auto memory = machine::memory(directory.path() / "meminfo");
    CHECK(memory.has_value() == row.total.has_value());
    if (memory && row.total) CHECK(memory->total == ByteCount(*row.total));
    CHECK_FALSE(machine::memory(directory.path() / "missing"));
}

TEST_CASE("swap that is in use") {
    const test::TempDir directory;
    const auto swap = [&](const char* text) {
        directory.write("meminfo", std::string("MemTotal: 9 kB\n") + text);
        return machine::memory(directory.path() / "meminfo")->swap;
    };
    CHECK(swap("SwapTotal: 100 kB\nSwapFree: 40 kB\n") == ByteCount(60 * 1024));
    CHECK(swap("SwapTotal: 100 kB\nSwapFree: 100 kB\n") == ByteCount());
    CHECK(swap("SwapTotal: 100 kB\n") == ByteCount()); // not said
    CHECK(swap("") == ByteCount());
}

TEST_CASE("what nvidia-smi lists") {
    CHECK(machine::parse_nvidia("NVIDIA GeForce RTX 3090, 24576, 24252\nTesla T4, 15360, 100\n") ==
          std::vector<Gpu>{{"NVIDIA GeForce RTX 3090", ByteCount(24576 * mib), ByteCount(24252 * mib)},
                           {"Tesla T4", ByteCount(15360 * mib), ByteCount(100 * mib)}});
    CHECK(machine::parse_nvidia("A, B, 10, 5\n").front().name == "A, B");
    for (const char* text : {"", "\n", "NVIDIA GB10, [N/A], [N/A]\n", "No devices were found\n", "x, 1\n", ",,\n",
                             "x, 5, 6\n", "x, 99999999999999999, 1\n"})
        CHECK(machine::parse_nvidia(text).empty());
}

TEST_CASE("GPUs that nvidia-smi and drivers tell of") {
    const test::TempDir directory;
    const auto cards = directory.path();
    CHECK_FALSE(gpus(std::nullopt, cards)); // not "none": nobody says so
    CHECK_FALSE(gpus(machine::Finished{9, "NVIDIA-SMI has failed"}, cards));
    CHECK(gpus(machine::Finished{0, ""}, cards) == std::vector<Gpu>{});
    directory.write("card0/device/vendor", "0x8086"); // its driver tells nothing
    directory.write("card1/device/mem_info_vram_total", "17163091968\n");
    directory.write("card1/device/mem_info_vram_used", "1000\n");
    directory.write("card1-DP-1/device/mem_info_vram_total", "17163091968\n");
    const Gpu amd{"", ByteCount(17163091968), ByteCount(17163090968)};
    CHECK(gpus(std::nullopt, cards) == std::vector<Gpu>{amd});
    CHECK(gpus(machine::Finished{0, "T4, 2, 1\n"}, cards) ==
          std::vector<Gpu>{{"T4", ByteCount(2 * mib), ByteCount(mib)}, amd});
    CHECK_FALSE(gpus(std::nullopt, directory.path() / "missing"));
}
