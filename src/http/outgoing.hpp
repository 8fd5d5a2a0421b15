#pragma once

#include "http/curl_handle.hpp"

#include "codemate/http/client.hpp"

#include <string>

namespace codemate::http {

// Which certificates are trusted; empty: those that libcurl was built to trust.
struct Trust {
    std::string file, directory;
};

// Tells libcurl all about the request. The list of headers has to live as long as the exchange, the request too.
// Throws Error{defect} for a header that would break the request apart.
List prepare(const Easy&, const Request&, const ClientOptions&, const Trust&);

} // namespace codemate::http
