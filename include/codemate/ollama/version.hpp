#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::ollama {

// Whether a server's version ("0.32.15", "0.21.0-rc1") fulfils a requirement (">=0.21"): number by number, without what
// follows a hyphen. Nothing for a development build, which calls itself 0.0.0, and for what is no version.
std::optional<bool> fulfils(std::string_view version, std::string_view requirement);

// What a later version does that this one does not, as far as it matters to who looks after models; each a
// clause with the version that brought it. Nothing for what is no version.
std::vector<std::string> lacks(std::string_view version);

} // namespace codemate::ollama
