#pragma once

#include "codemate/http/url.hpp"
#include "codemate/model/name.hpp"
#include "codemate/registry/registry.hpp"

#include <string>
#include <string_view>

namespace codemate::registry {

// Where a model's registry is: https, but for the hosts that the user wrote with http://. Throws Error{usage} for a
// host that is none.
http::Url address_of(const ModelName&, const Options&);

// What the registry there calls "owner/model": behind the path of Options::everything_at, or
// of the mirror that the name is a place at, if there is one.
std::string repository_of(const ModelName&, const Options&);

// Throws Error{usage} where no repository's name can begin so.
void check_stand_in(const http::Url& everything_at);

bool same_origin(const http::Url&, const http::Url&); // scheme, host and port
std::string shown(const http::Url&);                  // the host, and the port unless it is the scheme's; for messages

// Whether somebody who wrote "registry.corp", "registry.corp:5000", "https://registry.corp/v2/" or
// "https://index.docker.io/v1/" meant this "host:port". Without a port the default ones are meant, 443 and 80.
bool means_host(std::string_view written, std::string_view host_and_port);

// Whether two host names are run by the same people, as far as names tell: equal, or below the same registered domain.
// Never of addresses in numbers.
bool related(std::string_view host, std::string_view other);

} // namespace codemate::registry
