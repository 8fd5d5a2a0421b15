#include "codemate/machine/volumes.hpp"

#include <algorithm>
#include <system_error>

namespace codemate::machine {

namespace fs = std::filesystem;

std::vector<fs::path> volumes_below(const fs::path& directory) {
    std::vector<fs::path> found;
    std::error_code failure;
    for (fs::directory_iterator entry(directory, failure), end; !failure && entry != end; entry.increment(failure)) {
        std::error_code ignored;
        fs::path data = entry->path() / "_data";
        if (fs::is_directory(data, ignored)) found.push_back(std::move(data));
    }
    std::ranges::sort(found);
    return found;
}

std::vector<fs::path> volume_directories(const fs::path& home) {
    std::vector<fs::path> roots{"/var/lib/docker/volumes", "/var/lib/containers/storage/volumes"};
    if (home.is_absolute()) {
        roots.push_back(home / ".local/share/docker/volumes");
        roots.push_back(home / ".local/share/containers/storage/volumes");
    }
    std::vector<fs::path> all;
    for (const fs::path& root : roots) {
        std::vector<fs::path> found = volumes_below(root);
        all.insert(all.end(), found.begin(), found.end());
    }
    return all;
}

} // namespace codemate::machine
