#pragma once

#include "codemate/http/url.hpp"

#include <string_view>

namespace codemate::ollama {

// The address that a value of OLLAMA_HOST means, by Ollama's own rules (facts.md 1.1, envconfig/config.go), with
// unspecified addresses (0.0.0.0, ::, an empty host) mapped to loopback. Throws Error{usage} for user info and for
// schemes other than http and https.
http::Url endpoint(std::string_view ollama_host);

} // namespace codemate::ollama
