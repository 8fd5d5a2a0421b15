#pragma once

#include "codemate/base/run.hpp"
#include "codemate/http/client.hpp"
#include "codemate/registry/registry.hpp"

#include <optional>
#include <string>
#include <vector>

namespace codemate::registry {

// What a registry's token service is asked (distribution's token specification): anonymously, as a user, or with an
// identity token by OAuth 2.
struct TokenRequest {
    http::Url realm;
    std::string service;
    std::vector<std::string> scopes;
    std::optional<Credentials> credentials;
};

// A bearer token for the registry. Throws Error{unauthorised, busy, unreachable, protocol}.
std::string fetch_token(http::Client&, const TokenRequest&, Stop);

bool is_token(std::string_view);       // fit to stand in a header
std::string basic(const Credentials&); // "Basic …"

} // namespace codemate::registry
