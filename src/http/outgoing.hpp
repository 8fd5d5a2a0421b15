#pragma once

#include "http/curl_handle.hpp"
#include "http/trust.hpp"

#include "codemate/http/client.hpp"

namespace codemate::http {

// Tells libcurl all about the request. The list of headers has to live as long as the exchange, the request too.
// Throws Error{defect} for a header that would break the request apart.
List prepare(const Easy&, const Request&, const ClientOptions&, const Trust&);

} // namespace codemate::http
