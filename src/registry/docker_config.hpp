#pragma once

#include "codemate/registry/registry.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace codemate::registry {

// What Docker's configuration file says about logging in, keys as they were written.
struct DockerConfig {
    std::map<std::string, std::optional<Credentials>> logins; // nothing: a helper has them
    std::map<std::string, std::string> helpers;               // by host; only the NAME of docker-credential-NAME
    std::string store;                                        // the helper of all other hosts

    // Never throws for content; what is damaged is left out, and said in diagnostics.
    static DockerConfig parse(std::string_view text);
};

// The answer of a helper: {"Username", "Secret"}.
std::optional<Credentials> parse_helper_answer(std::string_view text);

} // namespace codemate::registry
