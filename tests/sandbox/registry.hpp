#pragma once

#include "sandbox/message.hpp"
#include "sandbox/world.hpp"

#include <string_view>

namespace codemate::sandbox {

// The registry's part of the paths: /v2/… and the direct addresses of its blobs.
bool is_registry_path(std::string_view);

// Manifests by tag, blobs by digest. A blob's GET names its direct address on the same server (307 where that can be
// given under another host name, which is what the server wants to see; else 200 with Location and the bytes).
Reply registry(World&, const Request&);

} // namespace codemate::sandbox
