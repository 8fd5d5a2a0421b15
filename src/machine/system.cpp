#include "codemate/machine/system.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace codemate::machine {

std::string boot_id() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string line;
    std::getline(file, line);
    const std::string word(trimmed(line));
    const bool is_word = word.find_first_not_of("0123456789abcdef-") == std::string::npos;
    return is_word ? word : "";
}

// umask() tells it by changing it, which other threads would notice.
std::uint32_t hidden_modes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        std::uint32_t mask = 0;
        if (line.starts_with("Umask:") && std::istringstream(line.substr(6)) >> std::oct >> mask) return mask;
    }
    return 022;
}

} // namespace codemate::machine
