#include "checkout/sources.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

namespace codemate::checkout {
namespace {

constexpr ByteCount longest_listing(std::uint64_t{512} << 20);

// A hook's environment speaks of the repository that it runs for, which need not be this directory's. A file system
// monitor is a program that the checkout's own configuration names: a checkout that was merely unpacked must not run
// anything.
machine::Program listing_of(const std::filesystem::path& directory) {
    machine::Program program{.command = {"env",
                                         "-u",
                                         "GIT_DIR",
                                         "-u",
                                         "GIT_WORK_TREE",
                                         "-u",
                                         "GIT_PREFIX",
                                         "-u",
                                         "GIT_INDEX_FILE",
                                         "-u",
                                         "GIT_OBJECT_DIRECTORY",
                                         "-u",
                                         "GIT_COMMON_DIR",
                                         "GIT_OPTIONAL_LOCKS=0",
                                         "git",
                                         "-C",
                                         directory.string(),
                                         "-c",
                                         "core.fsmonitor=",
                                         "ls-files",
                                         "-z",
                                         "--cached",
                                         "--others",
                                         "--exclude-standard"}};
    program.patience = std::chrono::minutes(5);
    program.limit = longest_listing;
    return program;
}

} // namespace

std::optional<std::vector<std::string>> files_of_git(const std::filesystem::path& directory,
                                                     machine::Programs& programs, const Stop& stop) {
    machine::Finished finished;
    try {
        finished = programs.run(listing_of(directory), stop);
    } catch (const Error&) {
        return std::nullopt;
    }
    if (finished.status != 0 || finished.output.empty()) return std::nullopt;
    std::vector<std::string> files;
    for (const std::string_view name : split(finished.output, '\0')) {
        if (!name.empty()) files.emplace_back(name);
    }
    return files;
}

bool is_in_checkout(const std::filesystem::path& directory) {
    std::error_code none;
    const std::filesystem::path start = std::filesystem::absolute(directory, none);
    for (std::filesystem::path at = start; !at.empty(); at = at.parent_path()) {
        if (std::filesystem::exists(at / ".git", none)) return true;
        if (at == at.parent_path()) break;
    }
    return false;
}

} // namespace codemate::checkout
