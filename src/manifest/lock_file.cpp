#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"
#include "codemate/manifest/lock.hpp"

#include <system_error>
#include <utility>

namespace codemate::manifest {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view file_name = "codemate.lock";
constexpr ByteCount largest{16 * 1024 * 1024}; // some hundred models; those of one layer a tensor have long manifests

Error to_error(const fs::path& path, std::span<const Problem> problems) {
    return manifest::to_error(Origin{Origin::How::found, path, {}}, problems)
        .hint("take it back from version control, or use a newer codemate if that wrote it; without it the models are "
              "locked anew");
}

// A change of ours must not leave a file that the next command refuses.
void check_result(const fs::path& path, const std::string& text) {
    if (text.size() > largest.count())
        throw Error(Kind::storage, quoted(path.string()) + " would be larger than " + to_string(largest));
    const std::vector<Problem> problems = parse_lock(text).problems;
    if (problems.empty()) return;
    throw Error(Kind::defect, quoted(path.string()) + " would become unreadable; nothing was written")
        .note(problems.front().path + ": " + problems.front().text);
}

} // namespace

// Also where it cannot be looked at: then reading it says why.
bool LockFile::exists() const {
    std::error_code ignored;
    return fs::symlink_status(path_, ignored).type() != fs::file_type::not_found;
}

Lock LockFile::read() const {
    std::string text;
    try {
        text = read_file(path_, largest);
    } catch (const Error& error) {
        if (error.kind() == Kind::not_found) return {};
        throw;
    }
    ParsedLock parsed = parse_lock(text);
    if (!parsed.problems.empty()) throw to_error(path_, parsed.problems);
    return std::move(parsed.lock);
}

Lock LockFile::update(const std::function<void(Lock&)>& change, Stop stop) const {
    std::optional<FileLock> held;
    std::optional<Error> failure; // matters only where there is something to write
    try {
        held.emplace(path_, stop);
    } catch (const Error& error) {
        failure = error;
    }
    Lock lock = read();
    const std::string before = to_text(lock);
    change(lock);
    const std::string after = to_text(lock);
    if (after == before) return lock;
    if (failure) throw *failure;
    check_result(path_, after);
    write_file_atomically(path_, after);
    return lock;
}

std::optional<fs::path> lock_path(const Origin& origin) {
    if (origin.is_built_in()) return std::nullopt;
    return origin.path.parent_path() / file_name;
}

} // namespace codemate::manifest
