#include "checkout/sources.hpp"

#include "codemate/base/files.hpp"

#include <algorithm>
#include <array>

namespace codemate::checkout {
namespace {

namespace fs = std::filesystem;

// What tools make and nobody writes.
constexpr std::array<std::string_view, 17> made_by_tools = {
    ".git",  ".hg",  ".svn",   "node_modules", "bower_components", "__pycache__", ".venv",  "venv", ".tox",
    "build", "dist", "target", ".mypy_cache",  ".pytest_cache",    ".ruff_cache", ".cache", ".idea"};

bool is_made_by_tools(const std::string& name) {
    return std::find(made_by_tools.begin(), made_by_tools.end(), name) != made_by_tools.end();
}

} // namespace

void walk(const fs::path& directory, Listing& listing, const Stop& stop) {
    std::error_code error;
    fs::recursive_directory_iterator at(directory, fs::directory_options::skip_permission_denied, error);
    if (error) throw_errno(error.value(), "read", directory);
    const std::size_t prefix = (directory / "").string().size();
    for (const fs::recursive_directory_iterator end; at != end; at.increment(error)) {
        throw_if_stopped(stop);
        if (error) throw_errno(error.value(), "read", directory);
        const std::string path = at->path().string();
        if (at->is_symlink(error)) continue;
        if (at->is_directory(error)) {
            const bool nested = fs::exists(at->path() / ".git", error);
            if (nested) listing.nested.push_back(path.substr(prefix));
            if (nested || is_made_by_tools(at->path().filename().string())) at.disable_recursion_pending();
        } else if (at->is_regular_file(error)) {
            listing.files.push_back(path.substr(prefix));
        }
    }
}

} // namespace codemate::checkout
