#include "codemate/machine/disk_space.hpp"

#include "codemate/base/files.hpp"

#include <cerrno>
#include <sys/statvfs.h>

namespace codemate::machine {

DiskSpace free_space(const std::filesystem::path& path) {
    struct statvfs facts {};
    while (::statvfs(path.c_str(), &facts) != 0) {
        if (errno != EINTR) throw_errno(errno, "read", path);
    }
    return {ByteCount(facts.f_blocks * facts.f_frsize), ByteCount(facts.f_bavail * facts.f_frsize)};
}

} // namespace codemate::machine
