#pragma once

#include <filesystem>
#include <string>

namespace codemate {

// Who holds the FileLock of that path, for messages: "process 4711", by its own word; "another process" where it has
// not said so yet, or nobody holds it any more. Of a container's process it is the number in there.
std::string lock_holder(const std::filesystem::path&);

} // namespace codemate
