#include "codemate/machine/memory.hpp"

#include "machine/cards.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"

#include <charconv>

namespace codemate::machine {
namespace {

namespace fs = std::filesystem;

constexpr ByteCount small_file(std::uint64_t{64} << 10);
constexpr std::uint64_t kib = 1024, mib = kib * kib;

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const std::string_view digits = trimmed(text);
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return failure == std::errc{} && end == digits.data() + digits.size() ? std::optional(value) : std::nullopt;
}

// "MemTotal:       16316412 kB"
std::optional<ByteCount> field(std::string_view text, std::string_view name) {
    for (const std::string_view line : split(text, '\n')) {
        if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ':') continue;
        std::string_view value = trimmed(line.substr(name.size() + 1));
        if (!value.ends_with("kB")) return std::nullopt;
        value.remove_suffix(2);
        const auto count = number(value);
        if (!count || *count > UINT64_MAX / kib) return std::nullopt;
        return ByteCount(*count * kib);
    }
    return std::nullopt;
}

std::optional<std::string> text_of(const fs::path& path) {
    try {
        return read_file(path, small_file);
    } catch (const Error& error) {
        diagnostics::debug(error.message());
        return std::nullopt;
    }
}

std::optional<ByteCount> bytes_in(const fs::path& path) {
    const auto text = text_of(path);
    const auto count = text ? number(*text) : std::nullopt;
    return count ? std::optional(ByteCount(*count)) : std::nullopt;
}

// amdgpu tells of its memory so.
std::optional<Gpu> gpu_of_driver(const fs::path& device) {
    const auto total = bytes_in(device / "mem_info_vram_total");
    if (!total) return std::nullopt;
    const auto used = bytes_in(device / "mem_info_vram_used");
    const auto name = text_of(device / "product_name");
    return Gpu{name ? std::string(trimmed(*name)) : "", *total, *total - used.value_or(ByteCount())};
}

std::vector<Gpu> gpus_of_drivers(const fs::path& cards) {
    std::vector<Gpu> gpus;
    for (const fs::path& device : card_devices(cards)) {
        if (auto gpu = gpu_of_driver(device)) gpus.push_back(std::move(*gpu));
    }
    return gpus;
}

std::optional<std::vector<Gpu>> gpus_of_nvidia(Programs& programs, const Stop& stop, Duration patience) {
    Program program{{"nvidia-smi", "--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits"}};
    program.patience = patience;
    try {
        const Finished finished = programs.run(program, stop);
        if (finished.status != 0) return std::nullopt; // as without a driver
        return parse_nvidia(finished.output);
    } catch (const Error& error) {
        diagnostics::debug(error.message());
        return std::nullopt;
    }
}

} // namespace

std::optional<Memory> memory(const fs::path& meminfo) {
    const auto text = text_of(meminfo);
    const auto total = text ? field(*text, "MemTotal") : std::nullopt;
    if (!total || *total == ByteCount()) return std::nullopt;
    const ByteCount swap = field(*text, "SwapTotal").value_or(ByteCount());
    const ByteCount unused = field(*text, "SwapFree").value_or(swap);
    return Memory{*total, field(*text, "MemAvailable").value_or(ByteCount()), swap - unused};
}

std::vector<Gpu> parse_nvidia(std::string_view output) {
    std::vector<Gpu> gpus;
    for (const std::string_view line : split(output, '\n')) {
        const std::size_t last = line.rfind(',');
        if (last == std::string_view::npos || last == 0) continue;
        const std::size_t middle = line.rfind(',', last - 1);
        if (middle == std::string_view::npos) continue; // a name may have commas, figures have none
        const auto total = number(line.substr(middle + 1, last - middle - 1));
        const auto free = number(line.substr(last + 1));
        if (!total || !free || *total > UINT64_MAX / mib || *free > *total) continue;
        gpus.push_back({std::string(trimmed(line.substr(0, middle))), ByteCount(*total * mib), ByteCount(*free * mib)});
    }
    return gpus;
}

std::optional<std::vector<Gpu>> gpus(Programs& programs, const Stop& stop, Duration patience, const fs::path& cards) {
    std::optional<std::vector<Gpu>> all = gpus_of_nvidia(programs, stop, patience);
    std::vector<Gpu> others = gpus_of_drivers(cards);
    if (!all && others.empty()) return std::nullopt;
    if (!all) return others;
    all->insert(all->end(), others.begin(), others.end());
    return all;
}

} // namespace codemate::machine
