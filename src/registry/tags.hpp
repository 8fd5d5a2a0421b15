#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::registry {

// The tags in a registry's answer to /v2/NAME/tags/list; none where it is anything else.
std::vector<std::string> parse_tags(std::string_view body);

// "did you mean …? …" for one that is not there: the nearest, else some that there are; empty without tags.
std::string tags_hint(std::string_view wanted, std::string_view model, std::span<const std::string> tags);

} // namespace codemate::registry
