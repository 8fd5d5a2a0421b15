#include "machine/cards.hpp"

#include <algorithm>
#include <string>
#include <system_error>

namespace codemate::machine {

namespace fs = std::filesystem;

std::vector<fs::path> card_devices(const fs::path& cards) {
    std::vector<fs::path> devices;
    std::error_code failure;
    for (fs::directory_iterator entry(cards, failure), end; !failure && entry != end; entry.increment(failure)) {
        const std::string name = entry->path().filename().string();
        if (name.starts_with("card") && name.find('-') == std::string::npos)
            devices.push_back(entry->path() / "device");
    }
    std::ranges::sort(devices);
    return devices;
}

} // namespace codemate::machine
