#pragma once

#include "codemate/lifecycle/update.hpp"

#include <string>

// What an exchange leaves: a memory of both contents, and no name of codemate's own.
namespace codemate::lifecycle::update {

// In the journal, for the way back when the snapshot is gone. Best effort.
void remember(const Step&, const Ports&, const std::string& server, Duration took, const Stop&);

// The candidate, out of the server's memory first: it would stay there without a name. And what a failed pull has left
// at a relay's name for it: nobody wants that any more.
void remove_remains(const ModelName& candidate, ollama::Server&, const Stop&);

} // namespace codemate::lifecycle::update
