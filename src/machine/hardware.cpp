#include "codemate/machine/hardware.hpp"

#include "machine/cards.hpp"

#include "codemate/base/text.hpp"
#include "codemate/machine/memory.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

namespace codemate::machine {
namespace {

namespace fs = std::filesystem;

// What is not there, or cannot be read, is empty: there are machines without.
std::string content(const fs::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

// Of "name : value" lines, the first one of that name.
std::string_view field(std::string_view text, std::string_view name) {
    for (const std::string_view line : split(text, '\n')) {
        const auto colon = line.find(':');
        if (colon != std::string_view::npos && trimmed(line.substr(0, colon)) == name)
            return trimmed(line.substr(colon + 1));
    }
    return {};
}

unsigned count_of(std::string_view text, std::string_view name) {
    return static_cast<unsigned>(std::ranges::count_if(
        split(text, '\n'), [&](std::string_view line) { return trimmed(line.substr(0, line.find(':'))) == name; }));
}

std::vector<fs::path> entries(const fs::path& directory) {
    std::error_code failure;
    std::vector<fs::path> paths;
    for (fs::directory_iterator at(directory, failure), end; !failure && at != end; at.increment(failure))
        paths.push_back(at->path());
    std::ranges::sort(paths);
    return paths;
}

// PCI vendors that make graphics processors Ollama can use (pci-ids.ucw.cz). Intel's built-in ones are in every laptop.
std::string vendor(std::string_view id) {
    return id == "0x1002" ? "AMD" : "";
}

std::vector<std::string> gpus(const fs::path& root) {
    std::vector<std::string> names;
    for (const fs::path& card : entries(root / "proc/driver/nvidia/gpus")) {
        const std::string information = content(card / "information");
        const std::string_view model = field(information, "Model");
        names.emplace_back(model.empty() ? "NVIDIA" : model);
    }
    for (const fs::path& device : card_devices(root / "sys/class/drm")) {
        const std::string id = content(device / "vendor");
        if (std::string name = vendor(trimmed(id)); !name.empty()) names.push_back(std::move(name));
    }
    std::ranges::sort(names);
    return names;
}

// "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb …": the first word that looks like a version.
std::string nvidia_version(std::string_view text) {
    for (const std::string_view word : split(text.substr(0, text.find('\n')), ' ')) {
        const bool digits_and_points =
            std::ranges::all_of(word, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
        if (digits_and_points && word.find('.') != word.npos) return std::string(word);
    }
    return {};
}

// AMD's is part of the kernel, unless it was installed apart: then it tells a version of its own.
std::string driver(const fs::path& root) {
    std::vector<std::string> drivers;
    if (const std::string version = nvidia_version(content(root / "proc/driver/nvidia/version")); !version.empty())
        drivers.push_back("NVIDIA " + version);
    const std::string amd = content(root / "sys/module/amdgpu/version");
    if (!trimmed(amd).empty()) drivers.push_back("AMD " + std::string(trimmed(amd)));
    return joined(drivers, ", ");
}

} // namespace

std::string Hardware::text() const {
    if (processor.empty() && threads == 0) return {};
    std::string line = (processor.empty() ? "unknown processor" : printable(processor, 100)) + ", " +
                       counted(threads, "thread") + ", " + to_string(memory);
    for (const std::string& gpu : gpus)
        line += ", " + printable(gpu, 100);
    return line;
}

Hardware read_hardware(const fs::path& root) {
    const std::string cpuinfo = content(root / "proc/cpuinfo");
    Hardware hardware;
    hardware.processor = field(cpuinfo, "model name");
    hardware.threads = count_of(cpuinfo, "processor");
    if (const auto built_in = memory(root / "proc/meminfo")) hardware.memory = built_in->total;
    hardware.gpus = gpus(root);
    hardware.driver = driver(root);
    return hardware;
}

std::optional<double> load_average(const fs::path& root) {
    const std::string text = content(root / "proc/loadavg");
    double load = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), load);
    return failure == std::errc() && end != text.data() ? std::optional(load) : std::nullopt;
}

} // namespace codemate::machine
