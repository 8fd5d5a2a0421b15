#pragma once

#include "codemate/base/run.hpp"
#include "codemate/model/name.hpp"
#include "codemate/ollama/server.hpp"

namespace codemate::ollama {

// A name that is gone already is as good as removed: an answer that got lost may have been a success. Throws what
// Server::remove() does, but for Error{not_found}.
void remove_if_there(Server&, const ModelName&, const Stop&);

} // namespace codemate::ollama
