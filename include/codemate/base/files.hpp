#pragma once

#include "codemate/base/bytes.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace codemate {

// Failures of the file system become Error{storage}, or Error{not_found} where the file is missing, with path and
// reason.

// The whole content. Throws also when the file is larger than `limit`, or no regular file.
std::string read_file(const std::filesystem::path&, ByteCount limit);

// Replaces the file's content in one step: whoever reads sees the old text or the new one, never half of it, also after
// a crash. Follows a symbolic link to the file that it names; keeps the file's mode.
void write_file_atomically(const std::filesystem::path&, std::string_view content);

// The user who owns the file. Nothing if there is no such file.
std::optional<std::uint32_t> owner_of(const std::filesystem::path&);

// The user's name, or the number as text.
std::string user_name(std::uint32_t uid);

// Throws the sentence of an errno: "cannot <doing> '<path>': <reason>". The kind is storage, but not_found where a file
// that was to be "read" is not there.
[[noreturn]] void throw_errno(int error, std::string_view doing, const std::filesystem::path&);

} // namespace codemate
