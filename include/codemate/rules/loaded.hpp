#pragma once

#include "codemate/model/name.hpp"
#include "codemate/ollama/types.hpp"

#include <optional>
#include <vector>

namespace codemate::rules {

// The entry of what runs that serves this model, or nullptr. Copies of a model are served by the runner that was
// started for one of them, under that one's name and digest (facts.md 3.4).
const ollama::Running* loaded_as(const ModelName&, const std::optional<Digest>&, const std::vector<ollama::Running>&);

} // namespace codemate::rules
