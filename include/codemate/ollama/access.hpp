#pragma once

#include "codemate/http/url.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace codemate::ollama {

// Who one is to a server: the value of the header Authorization, empty where there is none to be sent. The key as a
// bearer, else the .netrc's login for the very host; neither without TLS. Throws Error{usage} for a key that no header
// can carry; its message does not show it. `read_netrc` is asked only if it matters.
std::string authorization(const http::Url& endpoint, std::string_view api_key,
                          const std::function<std::string()>& read_netrc);

} // namespace codemate::ollama
