#pragma once

#include "codemate/http/client.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codemate::registry {

// One way to log in that a 401 offers: "Bearer realm="…",service="…",scope="…"" (RFC 9110, 11.6.1).
struct Challenge {
    std::string scheme;                                          // lower case
    std::vector<std::pair<std::string, std::string>> parameters; // names in lower case

    const std::string* find(std::string_view name) const; // nullptr if it is not there
};

// All of one header's value. What cannot be understood ends the list: nothing is thrown.
std::vector<Challenge> parse_challenges(std::string_view header);

std::vector<Challenge> challenges_of(const http::Response&);

} // namespace codemate::registry
