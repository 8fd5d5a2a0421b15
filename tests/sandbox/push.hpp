#pragma once

#include "sandbox/message.hpp"
#include "sandbox/world.hpp"

#include <optional>

namespace codemate::sandbox {

// The registry's part that takes models: uploads in parts, mounts, manifests, and what was pushed, by the OCI
// distribution specification and as docker-registry answers it. A part that does not arrive whole is not kept. Nothing:
// the request is about something else, such as the catalogue.
std::optional<Reply> push(World&, const Request&);

} // namespace codemate::sandbox
