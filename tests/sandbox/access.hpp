#pragma once

#include "sandbox/message.hpp"

namespace codemate::sandbox {

// Who may ask (facts.md 1.4): a server that listens on loopback looks at the Host header, and at Origin where there is
// one.
bool host_allowed(const Request&);
bool origin_allowed(const Request&);
bool same_origin(const Request&); // a page of the server itself: no foreign one

} // namespace codemate::sandbox
