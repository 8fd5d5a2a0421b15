#pragma once

#include "codemate/http/url.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace codemate::ollama {

// The address that a value of OLLAMA_HOST means, by Ollama's own rules (facts.md 1.1, envconfig/config.go), with
// unspecified addresses (0.0.0.0, ::, an empty host) mapped to loopback. Throws Error{usage} for user info and for
// schemes other than http and https.
http::Url endpoint(std::string_view ollama_host);

// A port that is taken and was not written: for one that is none ("99999", "abc"), or 80 for none behind "http://",
// which is rarely meant. Nothing: the written one, Ollama's own for none, or 443 for https.
struct OtherPort {
    std::string written; // empty: none
    std::uint16_t taken;
    std::string instead; // the same with Ollama's own port
};
std::optional<OtherPort> other_port(std::string_view ollama_host);

} // namespace codemate::ollama
