#pragma once

#include "http/curl_handle.hpp"
#include "http/outgoing.hpp"

#include "codemate/http/client.hpp"

namespace codemate::http {

// One request and its answer on one handle; the thread that calls does all the work. Throws as Client::send() says.
Response exchange(CurlHandle&, const Request&, const Receiver&, const ClientOptions&, const Trust&, const Stop&);

} // namespace codemate::http
