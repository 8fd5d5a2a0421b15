#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::lifecycle::refs {

// A unified diff, with its two header lines, of two texts of as many lines each, of which these differ (from 1,
// ascending). The lines are fit for a terminal; a line end of CR LF is not shown.
std::vector<std::string> line_diff(std::string_view path, std::string_view before, std::string_view after,
                                   const std::vector<std::size_t>& changed);

} // namespace codemate::lifecycle::refs
