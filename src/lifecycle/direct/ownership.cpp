#include "lifecycle/direct/ownership.hpp"

#include "codemate/store/layout.hpp"

namespace codemate::lifecycle::direct {
namespace {

store::Ownership owned(store::Disk& disk, const Options& options, std::uint32_t mode) {
    store::Ownership ownership{mode & ~options.hidden_modes, {}, {}};
    if (!options.as_root) return ownership;
    if (const std::optional<store::Stat> directory = disk.stat("")) {
        ownership.owner = directory->owner;
        ownership.group = directory->group;
    }
    return ownership;
}

} // namespace

store::Ownership file_ownership(store::Disk& disk, const Options& options) {
    return owned(disk, options, 0644);
}

store::Ownership directory_ownership(store::Disk& disk, const Options& options) {
    return owned(disk, options, 0755);
}

void make_parents(store::Disk& disk, std::string_view path, const Options& options) {
    for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
        const std::string_view directory = path.substr(0, slash);
        if (!disk.stat(directory)) disk.make_directory(directory, directory_ownership(disk, options));
    }
}

void make_directories(store::Disk& disk, const Options& options) {
    for (const std::string_view directory : {store::blobs_directory, store::manifests_directory, work_directory})
        disk.make_directory(directory, directory_ownership(disk, options));
}

} // namespace codemate::lifecycle::direct
