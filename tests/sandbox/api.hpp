#pragma once

#include "sandbox/message.hpp"
#include "sandbox/world.hpp"

namespace codemate::sandbox {

constexpr std::string_view server_version = "0.32.15-sandbox";

// Everything but the registry: Ollama's own API, and /sandbox/faults.
Reply api(World&, const Request&);

} // namespace codemate::sandbox
