#pragma once

#include "codemate/http/url.hpp"
#include "codemate/lifecycle/doctor.hpp"

#include <optional>
#include <string>

namespace codemate::lifecycle::doctor {

// A proxy that the environment names.
struct Proxy {
    std::string variable; // "https_proxy"
    std::string shown;    // its value without credentials, fit for a terminal
};

// The one by which a request to this address goes, as libcurl has it; nothing: it goes there directly.
std::optional<Proxy> proxy_towards(const Environment&, const http::Url&);

// The one by which programs that make no exception for this machine reach a server on it over http; nothing: none does.
std::optional<Proxy> proxy_to_loopback(const Environment&);

} // namespace codemate::lifecycle::doctor
