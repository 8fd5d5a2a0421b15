#pragma once

#include "codemate/registry/registry.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::registry {

// Runs a credential helper ("docker-credential-NAME get") with the host on its standard input; returns its standard
// output, or throws Error. The program passes the real one, tests a recorded one.
using RunHelper = std::function<std::string(const std::string& program, const std::string& input)>;

// Credentials from the text of Docker's configuration file (auths, credHelpers, credsStore). Never throws for content:
// what is damaged is no credential, and said in diagnostics without any secret.
CredentialsFor docker_credentials(std::string_view config_text, RunHelper);

// Of CODEMATE_REGISTRY_USER/CODEMATE_REGISTRY_PASSWORD or CODEMATE_REGISTRY_TOKEN, for that one host only.
CredentialsFor fixed_credentials(std::string host_and_port, Credentials);

// The first that knows an answer.
CredentialsFor first_of(std::vector<CredentialsFor>);

} // namespace codemate::registry
