#pragma once

#include "codemate/http/url.hpp"

#include <string>
#include <string_view>

namespace codemate::registry {

// Addresses that a registry names, in a redirect or as its token service. Unlike the address of a server they may have
// a query, which then stands at the end of Url::path as it came: signatures are over these very characters. Throws
// Error{protocol}, without showing the address: it may carry a password or a signature.
http::Url absolute_url(std::string_view text, std::string_view whose);
http::Url resolve(const http::Url& from, std::string_view reference, std::string_view whose);

http::Url with_parameter(http::Url, std::string_view name, std::string_view value);
std::string percent_encoded(std::string_view); // all but letters, digits and - . _ ~

} // namespace codemate::registry
