#include "state/line_file.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"

#include <system_error>

namespace codemate::state {
namespace {

constexpr ByteCount limit(std::uint64_t{64} << 20U);

std::string read_if_there(const std::filesystem::path& file) {
    try {
        return read_file(file, limit);
    } catch (const Error& error) {
        if (error.kind() != Kind::not_found) throw;
        return {};
    }
}

} // namespace

std::string LineFile::text() const {
    if (!is_too_large()) return read_if_there(file_);
    diagnostics::info(std::string(what_) + " " + quoted(file_.string()) + " is larger than " + to_string(limit) +
                      " and was not read");
    return {};
}

void LineFile::change(const std::function<std::string(std::string)>& changed, Stop stop, Duration patience) const {
    std::error_code failure;
    std::filesystem::create_directories(file_.parent_path(), failure);
    if (failure) throw_errno(failure.value(), "make", file_.parent_path());
    const FileLock lock(file_, std::move(stop), patience);
    if (is_too_large()) put_aside();
    write_file_atomically(file_, changed(read_if_there(file_)));
}

bool LineFile::is_too_large() const {
    std::error_code failure;
    const std::uintmax_t size = std::filesystem::file_size(file_, failure);
    return !failure && size > limit.count();
}

// Without this nothing would ever be remembered again.
void LineFile::put_aside() const {
    std::filesystem::path old = file_;
    old += ".old";
    std::error_code failure;
    std::filesystem::rename(file_, old, failure);
    if (failure) throw_errno(failure.value(), "rename", file_);
    diagnostics::warning(std::string(what_) + " was larger than " + to_string(limit) + " and is " +
                         quoted(old.string()) + " now; a new one begins");
}

std::string with_line(std::string text, const std::string& line) {
    if (!text.empty() && text.back() != '\n') text += '\n';
    return text + line + "\n";
}

std::string newest_lines(std::string_view text, std::size_t most, std::size_t bytes) {
    std::size_t begin = text.size();
    for (std::size_t count = 0; begin > 0 && count < most; ++count) {
        const std::size_t end_before = begin < 2 ? std::string_view::npos : text.rfind('\n', begin - 2);
        const std::size_t line = end_before == std::string_view::npos ? 0 : end_before + 1;
        if (text.size() - line > bytes) break;
        begin = line;
    }
    return std::string(text.substr(begin));
}

} // namespace codemate::state
