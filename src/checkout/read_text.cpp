#include "codemate/base/descriptor.hpp"
#include "codemate/checkout/files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace codemate::checkout {
namespace {

constexpr std::size_t largest = std::size_t{4} << 20;
constexpr std::size_t looked_at = 8192; // for a zero byte

Unread of_errno(int error) {
    if (error == ENOENT || error == ENOTDIR) return Unread::gone;
    return error == ELOOP ? Unread::no_file : Unread::failed;
}

bool begins_as_utf16(std::string_view text) {
    return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
}

} // namespace

std::optional<Unread> read_text(const std::filesystem::path& directory, const std::string& file, std::string& into) {
    into.clear();
    const std::string path = directory.string() + "/" + file;
    // O_NONBLOCK: opening a fifo must not wait for somebody to write into it.
    const Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
    if (opened.get() < 0) return of_errno(errno);
    struct stat facts {};
    if (::fstat(opened.get(), &facts) != 0) return of_errno(errno);
    if (S_ISDIR(facts.st_mode)) return Unread::directory;
    if (!S_ISREG(facts.st_mode)) return Unread::no_file;
    if (facts.st_size > static_cast<off_t>(largest)) return Unread::too_large;
    const auto size = static_cast<std::size_t>(facts.st_size);
    into.resize(size);
    std::size_t filled = 0;
    while (filled < size) {
        const ssize_t got = ::read(opened.get(), into.data() + filled, size - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return of_errno(errno);
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    into.resize(filled); // somebody may have shortened it meanwhile
    const std::string_view head = std::string_view(into).substr(0, looked_at);
    if (std::memchr(head.data(), 0, head.size()) == nullptr) return std::nullopt;
    return begins_as_utf16(head) ? Unread::utf16 : Unread::binary;
}

} // namespace codemate::checkout
