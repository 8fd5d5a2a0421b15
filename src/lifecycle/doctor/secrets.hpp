#pragma once

#include <string>
#include <string_view>

// What of a setting's value may be shown. Pure, all of it.
namespace codemate::lifecycle::doctor {

// An address, with a scheme or without one, without the login before its '@': "…@proxy:3128", "http://…@proxy:3128".
// All before the last '@' is taken for that: a password may hold any character.
std::string without_login(std::string_view address);

// The value of a variable: nothing of it where its name says that it is a secret.
std::string showable(std::string_view name, std::string_view value);

} // namespace codemate::lifecycle::doctor
