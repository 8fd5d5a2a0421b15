#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace codemate::test {

// A new empty directory, removed with all that is in it at the end.
class TempDir {
public:
    TempDir();
    ~TempDir();
    TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    TempDir& operator=(TempDir&&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

    // Writes a file below the directory, making the directories above it. Returns its path.
    std::filesystem::path write(std::string_view name, std::string_view content) const;

private:
    std::filesystem::path path_;
};

// The whole content of a file; throws std::runtime_error if it cannot be read.
std::string read_text(const std::filesystem::path&);

} // namespace codemate::test
