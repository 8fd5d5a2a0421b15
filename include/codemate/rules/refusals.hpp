#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/error.hpp"

#include <filesystem>

// Why a set of models is not fetched at all.
namespace codemate::rules {

// What is not wholly known is at least that much.
enum class Sum { exact, at_least };

// Error{storage} without a hint: below that directory are only so many bytes free.
Error no_room_for(ByteCount to_write, Sum, const std::filesystem::path&, ByteCount free);

// Error{refused}: the required set would take more than budget.disk of the manifest.
Error more_than_budget(ByteCount taken, Sum, ByteCount limit);

} // namespace codemate::rules
