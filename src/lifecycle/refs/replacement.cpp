#include "lifecycle/refs/replacement.hpp"

#include "codemate/base/descriptor.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace codemate::lifecycle::refs {
namespace {

namespace fs = std::filesystem;

Error refusal(const std::string& file, const std::string& why) {
    return Error(Kind::storage, "cannot replace " + quoted(file) + ": " + why + "; nothing was changed");
}

// A directory of the path that is a link may lead out of the project.
void refuse_links(const fs::path& directory, const std::string& file) {
    std::error_code error;
    const fs::path parent = (directory / file).parent_path();
    const fs::path real = fs::canonical(parent, error);
    if (error) throw_errno(error.value(), "read", parent);
    const fs::path expected = (fs::canonical(directory, error) / file).parent_path();
    if (error || real != expected.lexically_normal()) throw refusal(file, "it is reached through a symbolic link");
}

struct stat facts_of(const fs::path& path, const std::string& file) {
    struct stat facts {};
    if (::lstat(path.c_str(), &facts) != 0) throw_errno(errno, "read", path);
    if (!S_ISREG(facts.st_mode)) throw refusal(file, "it is no regular file any more");
    if (facts.st_nlink > 1) throw refusal(file, "it has another hard link, which would keep the old text");
    if (::access(path.c_str(), W_OK) != 0) throw_errno(errno, "write", path);
    return facts;
}

void write_whole(int fd, std::string_view content, const fs::path& path) {
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw_errno(errno, "write", path);
        content.remove_prefix(static_cast<std::size_t>(written));
    }
}

} // namespace

Replacement::Replacement(const fs::path& directory, const Edit& edit) : edit_(&edit), path_(directory / edit.file) {
    refuse_links(directory, edit.file);
    facts_of(path_, edit.file);
    std::string now;
    if (checkout::read_text(directory, edit.file, now) || now != edit.before) throw changed_meanwhile(edit.file);
    write(edit.after);
}

Replacement::~Replacement() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Replacement::Replacement(Replacement&& other) noexcept
    : edit_(other.edit_), path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, {})) {}

void Replacement::write(std::string_view content) {
    try {
        write_beside(content);
    } catch (...) {
        if (!temporary_.empty()) ::unlink(temporary_.c_str());
        temporary_.clear();
        throw;
    }
}

void Replacement::write_beside(std::string_view content) {
    const struct stat old = facts_of(path_, edit_->file);
    std::string name = path_.string() + ".codemate-XXXXXX";
    Descriptor file(::mkostemp(name.data(), O_CLOEXEC));
    if (file.get() < 0) throw_errno(errno, "write", path_);
    temporary_ = name;
    struct stat made {};
    if (::fstat(file.get(), &made) != 0) throw_errno(errno, "write", path_);
    const bool other_owner = made.st_uid != old.st_uid || made.st_gid != old.st_gid;
    if (other_owner && ::fchown(file.get(), old.st_uid, old.st_gid) != 0)
        throw refusal(edit_->file, "it belongs to " + user_name(old.st_uid) + ", and would not any more");
    if (::fchmod(file.get(), old.st_mode & 07777U) != 0) throw_errno(errno, "write", path_);
    write_whole(file.get(), content, path_);
    if (::fsync(file.get()) != 0 || file.close() != 0) throw_errno(errno, "write", path_);
}

void Replacement::put_in_place() {
    // As late as can be: an editor may have saved meanwhile.
    if (read_file(path_, ByteCount(edit_->before.size() + 1)) != edit_->before) throw changed_meanwhile(edit_->file);
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) throw_errno(errno, "write", path_);
    temporary_.clear();
}

bool Replacement::take_back() noexcept {
    try {
        write(edit_->before);
        if (::rename(temporary_.c_str(), path_.c_str()) != 0) return false;
        temporary_.clear();
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

} // namespace codemate::lifecycle::refs
