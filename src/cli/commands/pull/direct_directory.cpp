#include "cli/commands/pull/direct_directory.hpp"

#include "cli/store_directory.hpp"

#include "codemate/base/lock_holder.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/direct.hpp"
#include "codemate/store/layout.hpp"

#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace codemate::cli::pull {
namespace {

namespace use = lifecycle::direct;
namespace fs = std::filesystem;

constexpr Duration longest_wait = std::chrono::hours(24);

} // namespace

Error with_owner(Error error, const fs::path& models) {
    if (error.kind() != Kind::storage || ::geteuid() == 0) return error;
    for (fs::path path = models;; path = path.parent_path()) {
        const auto owner = owner_of(path);
        if (owner && *owner != ::geteuid())
            return error.hint("that is " + user_name(*owner) +
                              "'s: run it as that user, or name another directory "
                              "with --models-dir");
        if (owner || path == path.parent_path()) return error;
    }
}

fs::path nearest_of(fs::path path) {
    std::error_code failure;
    while (!fs::exists(path, failure) && path != path.parent_path())
        path = path.parent_path();
    return path;
}

std::unique_ptr<FileLock> alone(const fs::path& models, Wiring& wiring) {
    const fs::path file = models / use::work_directory; // beside it, since the directory goes when it is empty
    if (auto lock = FileLock::try_lock(file)) return lock;
    wiring.note("waiting for another codemate (" + lock_holder(file) + ") that writes into " + quoted(models.string()));
    return std::make_unique<FileLock>(file, wiring.stop(), longest_wait);
}

Tidy::~Tidy() {
    try {
        if (disk.list(use::work_directory, {}).entries.empty()) disk.remove(use::work_directory);
    } catch (const Error&) { // as where it could not be made
    }
}

Made::Made(const fs::path& models, std::vector<fs::path> directories) : directories_(std::move(directories)) {
    for (const std::string_view name : {store::blobs_directory, store::manifests_directory}) {
        std::error_code failure;
        if (!fs::exists(models / name, failure)) directories_.push_back(models / name);
    }
}

Made::~Made() {
    std::error_code failure; // of one that is not empty, or that was not made after all
    for (auto each = directories_.rbegin(); each != directories_.rend(); ++each)
        fs::remove(*each, failure);
}

} // namespace codemate::cli::pull
