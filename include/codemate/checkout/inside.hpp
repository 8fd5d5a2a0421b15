#pragma once

#include <filesystem>

namespace codemate::checkout {

// For a file of the project that shall be written: Error{storage} where a symbolic link, of the file or of a directory
// above it, leads out of the project's directory. Links within it are people's own way to arrange their files. A file
// that is not there yet is judged by the directories that are.
void refuse_outside(const std::filesystem::path& project, const std::filesystem::path& file);

} // namespace codemate::checkout
