#pragma once

#include "codemate/model/image.hpp"

#include <functional>
#include <optional>
#include <string>

namespace codemate::lifecycle::exports {

// The manifest without the `from` of those layers whose path tells of this machine; all else stays byte for byte.
// Nothing where there is no such path.
std::optional<Image> without_private_paths(const Image&, const std::function<bool(const std::string&)>& is_private);

// Whether a server of this machine made it: what a registry sends is stored as it came, what is made here ends with a
// line feed (facts.md 4.2).
bool was_made_here(const Image&);

} // namespace codemate::lifecycle::exports
