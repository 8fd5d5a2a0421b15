#pragma once

#include "codemate/model/name.hpp"

#include <string_view>

namespace codemate::ollama {

// Ollama reads the tag "local" as a word about the model and not as a part of its name (internal/modelref): told to
// delete foo:local it deletes foo:latest. Throws Error{refused} for such a name; `act` as in "removed".
void refuse_misread(const ModelName&, std::string_view act);

} // namespace codemate::ollama
