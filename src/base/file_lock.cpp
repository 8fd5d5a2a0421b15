#include "codemate/base/deadline.hpp"
#include "codemate/base/descriptor.hpp"
#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/lock_holder.hpp"
#include "codemate/base/text.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace codemate {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds step{20};

// Beside the file itself, not beside a link to it: else two names of one file would be locked apart.
fs::path lock_file_of(const fs::path& path) {
    std::error_code ignored;
    const fs::path target = fs::canonical(path, ignored);
    return (ignored ? path : target).string() + ".lock~";
}

int open_lock_file(const fs::path& file, const fs::path& path) {
    // No link is followed: a checkout may contain one that leads to somebody's file, which would be overwritten.
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (descriptor >= 0) return descriptor;
    if (errno != ELOOP) throw_errno(errno, "lock", path);
    throw Error(Kind::storage, "cannot lock " + quoted(path.string()) + ": " + quoted(file.string()) +
                                   " is a link, where a file of codemate's own belongs")
        .hint("look where it leads, then remove it");
}

// Whoever held the lock before may have removed the file between our opening and locking it.
bool is_still_there(int descriptor, const fs::path& file) {
    struct stat ours {};
    struct stat there {};
    return ::fstat(descriptor, &ours) == 0 && ::lstat(file.c_str(), &there) == 0 && ours.st_dev == there.st_dev &&
           ours.st_ino == there.st_ino;
}

// For the message of whoever waits; the lock holds without it.
void sign(int descriptor) {
    const std::string text = std::to_string(::getpid()) + "\n";
    if (::ftruncate(descriptor, 0) != 0 || ::pwrite(descriptor, text.data(), text.size(), 0) < 0) return;
}

enum class Attempt { locked, held, vanished };

Attempt try_to_lock(int descriptor, const fs::path& file, const fs::path& path) {
    while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return Attempt::held;
        if (errno != EINTR) throw_errno(errno, "lock", path);
    }
    return is_still_there(descriptor, file) ? Attempt::locked : Attempt::vanished;
}

// "process 4711", as far as the holder has signed.
std::string holder_of(int descriptor) {
    std::array<char, 24> text{};
    const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
    const std::string_view pid = trimmed({text.data(), size > 0 ? static_cast<std::size_t>(size) : 0});
    const bool is_number = !pid.empty() && pid.find_first_not_of("0123456789") == std::string_view::npos;
    return is_number ? "process " + std::string(pid) : "another process";
}

int wait_for_lock(const fs::path& file, const fs::path& path, const Stop& stop, Duration patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    Descriptor descriptor(open_lock_file(file, path));
    for (bool told = false;;) {
        switch (try_to_lock(descriptor.get(), file, path)) {
        case Attempt::locked:
            return descriptor.release();
        case Attempt::vanished:
            descriptor = Descriptor(open_lock_file(file, path));
            continue;
        case Attempt::held:
            break;
        }
        const std::string holder = holder_of(descriptor.get());
        if (std::chrono::steady_clock::now() >= end) {
            throw Error(Kind::storage, "cannot lock " + quoted(path.string()) + ": " + holder + " is changing it")
                .hint("wait until that has ended, or end it, and run the command again");
        }
        if (!std::exchange(told, true))
            diagnostics::info("waiting for " + holder + ", which is changing " + quoted(path.string()));
        pause(step, stop);
    }
}

} // namespace

std::string lock_holder(const fs::path& path) {
    const Descriptor descriptor(::open(lock_file_of(path).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    return descriptor.get() < 0 ? "another process" : holder_of(descriptor.get());
}

FileLock::FileLock(const std::filesystem::path& path, Stop stop, Duration patience) : file_(lock_file_of(path)) {
    throw_if_stopped(stop);
    descriptor_ = wait_for_lock(file_, path, stop, patience);
    sign(descriptor_);
}

FileLock::FileLock(int descriptor, fs::path file) : file_(std::move(file)), descriptor_(descriptor) {
    sign(descriptor_);
}

std::unique_ptr<FileLock> FileLock::try_lock(const fs::path& path) {
    const fs::path file = lock_file_of(path);
    for (;;) {
        Descriptor descriptor(open_lock_file(file, path));
        switch (try_to_lock(descriptor.get(), file, path)) {
        case Attempt::locked:
            return std::unique_ptr<FileLock>(new FileLock(descriptor.release(), file));
        case Attempt::held:
            return nullptr;
        case Attempt::vanished:
            break;
        }
    }
}

FileLock::~FileLock() {
    ::unlink(file_.c_str()); // first: whoever locks it from now on sees that it is gone
    ::close(descriptor_);
}

} // namespace codemate
