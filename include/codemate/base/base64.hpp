#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace codemate {

std::string to_base64(std::string_view); // RFC 4648 with padding, as HTTP's Basic wants it

// Nothing for what is none. Padding may be missing, as some write it.
std::optional<std::string> from_base64(std::string_view);

} // namespace codemate
