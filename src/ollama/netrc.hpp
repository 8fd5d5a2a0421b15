#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace codemate::ollama {

struct Login {
    std::string user, password;
    bool operator==(const Login&) const = default;
};

// What a .netrc says of a machine, as curl reads one (also quoted words and comments), but not by `default`: a secret
// is for whom it names. Nothing also where the entry has no login. Never throws for content.
std::optional<Login> netrc_login(std::string_view text, std::string_view host);

} // namespace codemate::ollama
