#pragma once

#include <string_view>

namespace codemate::ollama {

// Whether the text of an answer of status 400 says that https is spoken there and http was asked: nginx's, Go's (Caddy,
// Traefik) or Apache's.
bool wants_https(std::string_view body);

} // namespace codemate::ollama
