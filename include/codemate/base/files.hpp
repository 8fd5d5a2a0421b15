#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/run.hpp"
#include "codemate/base/time.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace codemate {

// Failures of the file system become Error{storage}, or Error{not_found} where the file is missing, with path and
// reason.

// The whole content. Throws also when the file is larger than `limit`, or no regular file.
std::string read_file(const std::filesystem::path&, ByteCount limit);

// Replaces the file's content in one step: whoever reads sees the old text or the new one, never half of it, also after
// a crash. Follows a symbolic link to the file that it names; keeps the file's mode.
void write_file_atomically(const std::filesystem::path&, std::string_view content);

// What stands or will stand at a path belongs to one holder at a time, of all processes and threads that ask this way:
// for read, change, write in one step. Reading alone needs none, since files are replaced whole. A file `<path>.lock~`
// beside it carries the lock and is gone afterwards; one that a crash left behind holds nobody up.
class FileLock {
public:
    // Waits for another holder; Error{storage} that names its process after this time, and where the directory cannot
    // be written.
    explicit FileLock(const std::filesystem::path&, Stop, Duration patience = std::chrono::minutes(1));
    // Nothing where somebody else holds it.
    static std::unique_ptr<FileLock> try_lock(const std::filesystem::path&);
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

private:
    FileLock(int descriptor, std::filesystem::path file);

    std::filesystem::path file_;
    int descriptor_ = -1;
};

// The user who owns the file. Nothing if there is no such file.
std::optional<std::uint32_t> owner_of(const std::filesystem::path&);

// The user's name, or the number as text.
std::string user_name(std::uint32_t uid);

// Throws the sentence of an errno: "cannot <doing> '<path>': <reason>". The kind is storage, but not_found where a file
// that was to be "read" is not there.
[[noreturn]] void throw_errno(int error, std::string_view doing, const std::filesystem::path&);

} // namespace codemate
