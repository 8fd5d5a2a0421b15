#include "codemate/base/files.hpp"

#include "codemate/base/descriptor.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace codemate {
namespace {

constexpr const char* no_file = "put a file in its place, or name another file";

std::string_view hint_of(int error) {
    switch (error) {
    case ENOSPC:
    case EDQUOT:
        return "free some space on that disk and run the command again";
    case EACCES:
    case EPERM:
        return "check who may read and write there";
    case EROFS:
        return "that file system is mounted read-only";
    case EISDIR:
        return no_file;
    case ELOOP:
        return "the link leads to itself: put a file in its place";
    default:
        return "";
    }
}

void write_all(int fd, std::string_view content, const std::filesystem::path& path) {
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw_errno(errno, "write", path);
        content.remove_prefix(static_cast<std::size_t>(written));
    }
}

// Where the link, if it is one, leads to; the name itself otherwise.
std::filesystem::path target_of(const std::filesystem::path& path) {
    std::error_code ignored;
    const std::filesystem::path target = std::filesystem::canonical(path, ignored);
    return ignored ? path : target;
}

void write_and_rename(int fd, const std::string& temporary, std::string_view content,
                      const std::filesystem::path& target) {
    Descriptor file(fd);
    struct stat old {};
    if (::stat(target.c_str(), &old) == 0) {
        if (::fchmod(file.get(), old.st_mode & 07777U) != 0) throw_errno(errno, "write", target);
    } else {
        const mode_t mask = ::umask(0);
        ::umask(mask);
        if (::fchmod(file.get(), 0666U & ~mask) != 0) throw_errno(errno, "write", target);
    }
    write_all(file.get(), content, target);
    if (::fsync(file.get()) != 0) throw_errno(errno, "write", target);
    if (file.close() != 0) throw_errno(errno, "write", target);
    if (::rename(temporary.c_str(), target.c_str()) != 0) throw_errno(errno, "write", target);
}

} // namespace

void throw_errno(int error, std::string_view doing, const std::filesystem::path& path) {
    const bool missing = doing == "read" && (error == ENOENT || error == ENOTDIR);
    const Kind kind = missing ? Kind::not_found : Kind::storage;
    Error failure(kind, "cannot " + std::string(doing) + " " + quoted(path.string()) + ": " + std::strerror(error));
    if (const std::string_view hint = hint_of(error); !hint.empty()) failure.hint(std::string(hint));
    throw failure;
}

namespace {

// To many a file that is missing is as good as an empty one. A link says that there should be one.
void refuse_dangling_link(const std::filesystem::path& path) {
    std::error_code none;
    const std::filesystem::path target = std::filesystem::read_symlink(path, none);
    if (none) return;
    throw Error(Kind::storage, "cannot read " + quoted(path.string()) + ": it is a link to " + quoted(target.string()) +
                                   ", and that is not there")
        .hint("bring back what it leads to, or remove the link");
}

} // namespace

std::string read_file(const std::filesystem::path& path, ByteCount limit) {
    // O_NONBLOCK: opening a fifo must not wait for somebody to write into it.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) {
        const int error = errno;
        if (error == ENOENT) refuse_dangling_link(path);
        throw_errno(error, "read", path);
    }
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0) throw_errno(errno, "read", path);
    if (S_ISDIR(facts.st_mode)) throw_errno(EISDIR, "read", path);
    if (!S_ISREG(facts.st_mode))
        throw Error(Kind::storage, "cannot read " + quoted(path.string()) + ": it is no regular file").hint(no_file);
    std::string content;
    std::vector<char> buffer(64 * 1024);
    for (;;) {
        const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw_errno(errno, "read", path);
        if (got == 0) return content;
        content.append(buffer.data(), static_cast<std::size_t>(got));
        if (content.size() > limit.count()) {
            throw Error(Kind::storage,
                        "cannot read " + quoted(path.string()) + ": it is larger than " + to_string(limit));
        }
    }
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
    const std::filesystem::path target = target_of(path);
    std::string temporary = target.string() + ".XXXXXX";
    const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
    if (fd < 0) throw_errno(errno, "write", target);
    try {
        write_and_rename(fd, temporary, content, target);
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
}

std::optional<std::uint32_t> owner_of(const std::filesystem::path& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) return std::nullopt;
    return facts.st_uid;
}

std::string user_name(std::uint32_t uid) {
    std::array<char, 4096> buffer{};
    struct passwd entry {};
    struct passwd* found = nullptr;
    if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return entry.pw_name;
    return "user " + std::to_string(uid);
}

} // namespace codemate
