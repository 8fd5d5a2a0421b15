#pragma once

#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/store/disk.hpp"

#include <filesystem>
#include <memory>
#include <vector>

// The models directory that `codemate pull --direct` writes into: it may be made for that, is one codemate's at a time,
// and is left as it was where nothing came into it.
namespace codemate::cli::pull {

// That error, with a hint where the directory, or the nearest one above it that is there, is another user's.
Error with_owner(Error, const std::filesystem::path& models);

// The nearest directory that is there: what is free is asked of its file system.
std::filesystem::path nearest_of(std::filesystem::path);

// Waits until no other codemate writes there, and says so. Throws Error{storage}, Interrupted.
std::unique_ptr<FileLock> alone(const std::filesystem::path& models, Wiring&);

// Takes the work directory away, unless something is left in it for the next run.
struct Tidy {
    store::Disk& disk;

    explicit Tidy(store::Disk& models) : disk(models) {}
    ~Tidy();
    Tidy(const Tidy&) = delete;
    Tidy& operator=(const Tidy&) = delete;
};

// Takes away what this run made and nothing came into: after a refusal nothing shall have changed.
class Made {
public:
    // `directories`: of the models directory's path, outermost first.
    Made(const std::filesystem::path& models, std::vector<std::filesystem::path> directories);
    ~Made();
    Made(const Made&) = delete;
    Made& operator=(const Made&) = delete;

private:
    std::vector<std::filesystem::path> directories_;
};

} // namespace codemate::cli::pull
