#pragma once

#include "codemate/base/bytes.hpp"

#include <filesystem>
#include <string_view>

namespace codemate::state {

bool is_larger(const std::filesystem::path& file, ByteCount limit); // false where that cannot be told

// Makes room for a file that begins anew where something else has written one that no memory of ours is: it becomes
// `<file>.old`, and that is said. `what`: "the journal". Error{storage}.
void put_aside(const std::filesystem::path& file, ByteCount limit, std::string_view what);

} // namespace codemate::state
