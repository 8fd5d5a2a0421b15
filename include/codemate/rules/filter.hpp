#pragma once

#include "codemate/model/name.hpp"

#include <optional>
#include <string>

namespace codemate::rules {

// Whether a FILTER, as `list` and `du` take it, lets a name pass: a beginning of it, as `ollama list` filters, or a
// pattern with * and ? for the whole of it. Letter case does not matter. Nothing lets all pass.
bool fits_filter(const ModelName&, const std::optional<std::string>& filter);

} // namespace codemate::rules
