#include "state/aside.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"

#include <string>
#include <system_error>

namespace codemate::state {

bool is_larger(const std::filesystem::path& file, ByteCount limit) {
    std::error_code failure;
    const std::uintmax_t size = std::filesystem::file_size(file, failure);
    return !failure && size > limit.count();
}

void put_aside(const std::filesystem::path& file, ByteCount limit, std::string_view what) {
    std::filesystem::path old = file;
    old += ".old";
    std::error_code failure;
    std::filesystem::rename(file, old, failure);
    if (failure) throw_errno(failure.value(), "rename", file);
    diagnostics::warning(std::string(what) + " was larger than " + to_string(limit) + " and is " +
                         quoted(old.string()) + " now; a new one begins");
}

} // namespace codemate::state
