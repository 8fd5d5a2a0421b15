#pragma once

#include <optional>
#include <string_view>

namespace codemate::lifecycle::verify {

// Whether a server's version ("0.32.15", "0.21.0-rc1") fulfils a manifest's requirement (">=0.21"): number by number,
// without what follows a hyphen. Nothing for a development build, which calls itself 0.0.0, and for what is no version.
std::optional<bool> fulfils(std::string_view version, std::string_view requirement);

} // namespace codemate::lifecycle::verify
