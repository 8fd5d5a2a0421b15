#pragma once

#include "codemate/base/run.hpp"
#include "codemate/ollama/server.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace codemate::ollama {

// The vectors of these texts, in their order, one request each: the model stays loaded in between. `load`: how it is
// to be loaded if it is not. Throws what Server::embed() does, and Error{protocol} for an answer without a vector.
std::vector<std::vector<float>> vectors_of(Server&, const ModelName&, std::span<const std::string_view> texts,
                                           const LoadOptions& load, Stop);

} // namespace codemate::ollama
