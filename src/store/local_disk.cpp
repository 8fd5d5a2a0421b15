// Access to a directory that somebody else may write to at the same time. Every path is walked from the open models
// directory, part by part and never through a link (openat with O_NOFOLLOW), so it cannot lead out, whatever is renamed
// meanwhile. What is opened for reading is looked at before, because opening a device or a fifo can do something, and
// once more afterwards, because it may have been exchanged.
#include "codemate/store/local_disk.hpp"

#include "codemate/base/descriptor.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"

#include <climits>

#include <algorithm>
#include <array>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

namespace codemate::store {
namespace {

namespace fs = std::filesystem;

Time time_of(const timespec& time) {
    return Time(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

Type type_of(mode_t mode) {
    if (S_ISREG(mode)) return Type::file;
    if (S_ISDIR(mode)) return Type::directory;
    if (S_ISLNK(mode)) return Type::link;
    if (S_ISFIFO(mode)) return Type::fifo;
    if (S_ISSOCK(mode)) return Type::socket;
    if (S_ISCHR(mode) || S_ISBLK(mode)) return Type::device;
    return Type::other;
}

ByteCount bytes(std::int64_t count) {
    return ByteCount(count < 0 ? 0 : static_cast<std::uint64_t>(count));
}

Stat to_stat(const struct stat& facts) {
    Stat stat;
    stat.type = type_of(facts.st_mode);
    stat.identity = {bytes(facts.st_size), time_of(facts.st_mtim), time_of(facts.st_ctim), facts.st_ino, facts.st_dev};
    stat.on_disk = bytes(facts.st_blocks * 512); // POSIX: in units of 512, whatever the file system's own are
    stat.mode = facts.st_mode & 07777U;
    stat.owner = facts.st_uid;
    stat.group = facts.st_gid;
    stat.read = time_of(facts.st_atim);
    stat.links = facts.st_nlink;
    return stat;
}

[[noreturn]] void refuse(const fs::path& path, std::string_view doing, Type type) {
    Error error(Kind::storage, "cannot " + std::string(doing) + " " + quoted(path.string()) + ": it is " +
                                   std::string(to_string(type)));
    if (type == Type::link || type == Type::dangling_link)
        error.hint("codemate follows no link in a directory with models: what it leads to belongs there itself");
    throw error;
}

// A name in a directory that is open: by this, or for as long as the disk lives.
struct Place {
    int directory = -1;
    std::string name;
    fs::path path; // whole, for messages
    Descriptor own{};

    // Nothing if it is not there.
    std::optional<Stat> stat() const {
        struct stat facts {};
        if (::fstatat(directory, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0) return to_stat(facts);
        if (errno == ENOENT) return std::nullopt;
        throw_errno(errno, "read", path);
    }
};

class LocalFile final : public File {
public:
    LocalFile(Descriptor file, fs::path path) : file_(std::move(file)), path_(std::move(path)) {}

    Stat stat() override {
        struct stat facts {};
        if (::fstat(file_.get(), &facts) != 0) throw_errno(errno, "read", path_);
        return to_stat(facts);
    }

    std::size_t read(std::uint64_t offset, std::span<char> into) override {
        std::size_t filled = 0;
        while (filled < into.size()) {
            const ssize_t got =
                ::pread(file_.get(), into.data() + filled, into.size() - filled, static_cast<off_t>(offset + filled));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) throw_errno(errno, "read", path_);
            if (got == 0) break;
            filled += static_cast<std::size_t>(got);
        }
        return filled;
    }

    void announce(std::uint64_t offset, ByteCount size) override {
        if (cold_.empty()) {
            step_ = size.count();
            look_what_is_cached();
            ::posix_fadvise(file_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
        }
        if (cold_at(offset)) advise(offset, size, POSIX_FADV_WILLNEED);
    }

    // Other programs' files stay in the cache, and so does what was there of this one, as the weights of a model that
    // runs: what is thrown out is what came in by this reading.
    void let_go(std::uint64_t offset, ByteCount size) override {
        if (cold_at(offset)) advise(offset, size, POSIX_FADV_DONTNEED);
    }

private:
    // All at once before the reading, because the system reads ahead on its own: how far is its secret.
    void look_what_is_cached() {
        const std::uint64_t size = std::max<std::uint64_t>(stat().identity.size.count(), 1);
        for (std::uint64_t offset = 0; offset < size; offset += step_)
            cold_.push_back(lacks(offset) && lacks(std::min(offset + step_, size) - 1));
    }

    // Reads one byte if that needs no disk. A file system that cannot tell lacks nothing.
    bool lacks(std::uint64_t offset) const {
        char byte = 0;
        const iovec into{&byte, 1};
        return ::preadv2(file_.get(), &into, 1, static_cast<off_t>(offset), RWF_NOWAIT) < 0 && errno == EAGAIN;
    }

    bool cold_at(std::uint64_t offset) const {
        const std::uint64_t index = step_ == 0 ? 0 : offset / step_;
        return index < cold_.size() && cold_[index];
    }

    void advise(std::uint64_t offset, ByteCount size, int advice) const {
        ::posix_fadvise(file_.get(), static_cast<off_t>(offset), static_cast<off_t>(size.count()), advice);
    }

    Descriptor file_;
    fs::path path_;
    std::uint64_t step_ = 0;
    std::vector<bool> cold_; // for each step of the file: was not in the cache before it was read
};

void own(int file, const Ownership& wanted, const fs::path& path) {
    const uid_t owner = wanted.owner.value_or(static_cast<uid_t>(-1)); // -1: as it is
    const gid_t group = wanted.group.value_or(static_cast<gid_t>(-1));
    if (::fchown(file, owner, group) != 0) throw_errno(errno, "write", path);
    // After the owner: a change of that takes bits away.
    if (::fchmod(file, wanted.mode) != 0) throw_errno(errno, "write", path);
}

class LocalNewFile final : public NewFile {
public:
    LocalNewFile(Place place, Descriptor file) : place_(std::move(place)), file_(std::move(file)) {}
    ~LocalNewFile() override {
        if (!finished_) ::unlinkat(place_.directory, place_.name.c_str(), 0);
    }
    LocalNewFile(const LocalNewFile&) = delete;
    LocalNewFile& operator=(const LocalNewFile&) = delete;

    void own(const Ownership& wanted) { store::own(file_.get(), wanted, place_.path); }

    void write(std::string_view content) override {
        while (!content.empty()) {
            const ssize_t written = ::write(file_.get(), content.data(), content.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) throw_errno(errno, "write", place_.path);
            content.remove_prefix(static_cast<std::size_t>(written));
        }
    }

    void finish() override {
        if (::fsync(file_.get()) != 0 || file_.close() != 0) throw_errno(errno, "write", place_.path);
        finished_ = true;
    }

private:
    Place place_;
    Descriptor file_;
    bool finished_ = false;
};

class LocalDraft final : public Draft {
public:
    LocalDraft(Descriptor file, fs::path path) : file_(std::move(file)), path_(std::move(path)) {}

    Stat stat() override {
        struct stat facts {};
        if (::fstat(file_.get(), &facts) != 0) throw_errno(errno, "read", path_);
        return to_stat(facts);
    }

    void write(std::uint64_t offset, std::string_view content) override {
        while (!content.empty()) {
            const ssize_t written = ::pwrite(file_.get(), content.data(), content.size(), static_cast<off_t>(offset));
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) throw_errno(errno, "write", path_);
            content.remove_prefix(static_cast<std::size_t>(written));
            offset += static_cast<std::uint64_t>(written);
        }
    }

    void begin_sync(std::uint64_t offset, ByteCount size) override {
        ::sync_file_range(file_.get(), static_cast<off_t>(offset), static_cast<off_t>(size.count()),
                          SYNC_FILE_RANGE_WRITE);
    }

    void sync() override {
        if (::fsync(file_.get()) != 0) throw_errno(errno, "write", path_);
    }

private:
    Descriptor file_;
    fs::path path_;
};

class LocalDisk final : public Disk {
public:
    explicit LocalDisk(const fs::path& root)
        : path_(root), root_(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
        if (!root_.open()) throw_errno(errno, "read", root);
    }

    Listing list(std::string_view directory, Stop stop) override;
    std::optional<Stat> stat(std::string_view path) override;
    std::unique_ptr<File> open(std::string_view path) override;
    std::unique_ptr<NewFile> write(std::string_view path, const Ownership&) override;
    std::unique_ptr<Draft> draft(std::string_view path, const Ownership&) override;
    bool make_directory(std::string_view path, const Ownership&) override;
    bool touch(std::string_view path) override;
    void move(std::string_view from, std::string_view to) override;
    bool remove(std::string_view path) override;

private:
    // Where a path leads; "" is the name "." in the models directory.
    Place walk(std::string_view path, std::string_view doing) const;

    fs::path path_;
    Descriptor root_;
};

Place LocalDisk::walk(std::string_view path, std::string_view doing) const {
    Place place{root_.get(), ".", path_};
    if (path.empty()) return place;
    const std::vector<std::string_view> parts = split(path, '/');
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].empty() || parts[i] == "." || parts[i] == ".." || parts[i].find('\0') != std::string_view::npos)
            throw Error(Kind::defect, quoted(path) + " is no path inside a models directory");
        place.name = parts[i];
        place.path /= place.name;
        if (i + 1 == parts.size()) break;
        Descriptor next(::openat(place.directory, place.name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!next.open()) {
            const int error = errno;
            const std::optional<Stat> found = place.stat();
            if (found && found->type != Type::directory) refuse(place.path, doing, found->type);
            throw_errno(error, doing, place.path);
        }
        place.own = std::move(next);
        place.directory = place.own.get();
    }
    return place;
}

std::string target_of(int directory, const char* name) {
    std::array<char, PATH_MAX> buffer{};
    const ssize_t size = ::readlinkat(directory, name, buffer.data(), buffer.size());
    return size < 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(size));
}

bool leads_nowhere(int directory, const char* name) {
    struct stat facts {};
    return ::fstatat(directory, name, &facts, AT_NO_AUTOMOUNT) != 0 && (errno == ENOENT || errno == ELOOP);
}

void add(Listing& listing, int directory, const char* name, const fs::path& path) {
    struct stat facts {};
    if (::fstatat(directory, name, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) return; // gone since it was listed
        try {
            throw_errno(errno, "read", path / name);
        } catch (const Error& error) {
            listing.unseen.push_back({name, error});
        }
        return;
    }
    Listed entry{name, to_stat(facts), {}};
    if (entry.stat.type == Type::link) {
        entry.link = target_of(directory, name);
        if (leads_nowhere(directory, name)) entry.stat.type = Type::dangling_link;
    }
    listing.entries.push_back(std::move(entry));
}

Listing LocalDisk::list(std::string_view path, Stop stop) {
    const Place place = walk(path, "read");
    Descriptor directory(
        ::openat(place.directory, place.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!directory.open()) {
        const int error = errno;
        const std::optional<Stat> found = place.stat();
        if (found && found->type != Type::directory) refuse(place.path, "list", found->type);
        throw_errno(error, "read", place.path);
    }
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(directory.get()), ::closedir);
    if (!stream) throw_errno(errno, "read", place.path);
    const int listed = directory.release(); // the stream closes it
    Listing listing;
    for (;;) {
        throw_if_stopped(stop);
        errno = 0;
        const dirent* const entry = ::readdir(stream.get());
        if (entry == nullptr && errno != 0) throw_errno(errno, "read", place.path);
        if (entry == nullptr) break;
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") add(listing, listed, entry->d_name, place.path);
    }
    std::ranges::sort(listing.entries, {}, &Listed::name);
    std::ranges::sort(listing.unseen, {}, &Listing::Unseen::name);
    return listing;
}

std::optional<Stat> LocalDisk::stat(std::string_view path) {
    try {
        const Place place = walk(path, "read");
        std::optional<Stat> found = place.stat();
        if (found && found->type == Type::link && leads_nowhere(place.directory, place.name.c_str()))
            found->type = Type::dangling_link;
        return found;
    } catch (const Error& error) {
        if (error.kind() == Kind::not_found) return std::nullopt; // a directory on the way
        throw;
    }
}

std::unique_ptr<File> LocalDisk::open(std::string_view path) {
    Place place = walk(path, "read");
    const std::optional<Stat> before = place.stat();
    if (!before) throw_errno(ENOENT, "read", place.path);
    if (before->type != Type::file) refuse(place.path, "read", before->type);
    // Who looks after files does not use them: their time of reading stays, where the system allows that (to owners).
    constexpr int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    Descriptor file(::openat(place.directory, place.name.c_str(), flags | O_NOATIME));
    if (!file.open() && errno == EPERM) file = Descriptor(::openat(place.directory, place.name.c_str(), flags));
    if (!file.open()) throw_errno(errno, "read", place.path);
    auto opened = std::make_unique<LocalFile>(std::move(file), place.path);
    if (const Type type = opened->stat().type; type != Type::file) refuse(place.path, "read", type);
    return opened;
}

std::unique_ptr<NewFile> LocalDisk::write(std::string_view path, const Ownership& ownership) {
    Place place = walk(path, "write");
    Descriptor file(
        ::openat(place.directory, place.name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.open()) throw_errno(errno, "write", place.path);
    auto made = std::make_unique<LocalNewFile>(std::move(place), std::move(file));
    made->own(ownership);
    return made;
}

std::unique_ptr<Draft> LocalDisk::draft(std::string_view path, const Ownership& ownership) {
    const Place place = walk(path, "write");
    constexpr int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    if (const std::optional<Stat> before = place.stat()) {
        if (before->type != Type::file) refuse(place.path, "write", before->type);
        auto opened =
            std::make_unique<LocalDraft>(Descriptor(::openat(place.directory, place.name.c_str(), flags)), place.path);
        const Stat now = opened->stat();
        if (now.type != Type::file) refuse(place.path, "write", now.type);
        if (now.links == 1) return opened;
        throw Error(Kind::storage, "cannot write " + quoted(place.path.string()) + ": the file has another name, too");
    }
    Descriptor file(::openat(place.directory, place.name.c_str(), flags | O_CREAT | O_EXCL, 0600));
    if (!file.open()) throw_errno(errno, "write", place.path);
    own(file.get(), ownership, place.path);
    return std::make_unique<LocalDraft>(std::move(file), place.path);
}

bool LocalDisk::make_directory(std::string_view path, const Ownership& ownership) {
    const Place place = walk(path, "write");
    if (::mkdirat(place.directory, place.name.c_str(), 0700) != 0) {
        const int error = errno;
        const std::optional<Stat> found = place.stat();
        if (error == EEXIST && found && found->type == Type::directory) return false;
        if (found && found->type != Type::directory) refuse(place.path, "write", found->type);
        throw_errno(error, "write", place.path);
    }
    const Descriptor made(
        ::openat(place.directory, place.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!made.open()) throw_errno(errno, "write", place.path);
    own(made.get(), ownership, place.path);
    return true;
}

void LocalDisk::move(std::string_view from, std::string_view to) {
    const Place source = walk(from, "move");
    const Place target = walk(to, "write");
    if (::renameat(source.directory, source.name.c_str(), target.directory, target.name.c_str()) != 0) {
        const int error = errno;
        const bool may_write = ::faccessat(target.directory, ".", W_OK | X_OK, AT_EACCESS) == 0;
        if (!may_write) throw_errno(error, "write into", target.path.parent_path());
        throw_errno(error, "move", source.path);
    }
    // A directory that is open for its path alone cannot be written to the disk.
    const Descriptor directory(::openat(target.directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.open()) ::fsync(directory.get());
}

bool LocalDisk::touch(std::string_view path) {
    const Place place = walk(path, "write");
    const std::optional<Stat> found = place.stat();
    if (!found) return false;
    if (found->type != Type::file) refuse(place.path, "write", found->type);
    if (::utimensat(place.directory, place.name.c_str(), nullptr, AT_SYMLINK_NOFOLLOW) == 0) return true;
    if (errno == ENOENT) return false;
    throw_errno(errno, "write", place.path);
}

bool LocalDisk::remove(std::string_view path) {
    const Place place = walk(path, "remove");
    const std::optional<Stat> found = place.stat();
    if (!found) return false;
    const int flags = found->type == Type::directory ? AT_REMOVEDIR : 0;
    if (::unlinkat(place.directory, place.name.c_str(), flags) == 0) return true;
    if (errno == ENOENT) return false;
    throw_errno(errno, "remove", place.path);
}

} // namespace

std::vector<fs::path> make_models_directory(const fs::path& path, std::uint32_t mode, bool inherit_owner) {
    std::vector<fs::path> missing;
    struct stat above {};
    for (fs::path each = path; ::stat(each.c_str(), &above) != 0; each = each.parent_path()) {
        if (errno != ENOENT || !each.has_parent_path() || each == each.parent_path()) throw_errno(errno, "write", each);
        if (each.has_filename()) missing.insert(missing.begin(), each);
    }
    for (const fs::path& each : missing) {
        if (::mkdir(each.c_str(), mode) != 0 && errno != EEXIST) throw_errno(errno, "write", each);
        if (inherit_owner && ::lchown(each.c_str(), above.st_uid, above.st_gid) != 0) throw_errno(errno, "write", each);
    }
    return missing;
}

std::unique_ptr<Disk> open_disk(const fs::path& models_directory) {
    return std::make_unique<LocalDisk>(models_directory);
}

} // namespace codemate::store
