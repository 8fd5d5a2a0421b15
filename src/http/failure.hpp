#pragma once

#include "codemate/base/error.hpp"
#include "codemate/http/client.hpp"

#include <curl/curl.h>

#include <string>
#include <string_view>

namespace codemate::http {

// How an exchange failed, as libcurl saw it.
struct Failure {
    CURLcode code;
    const Request& request;
    int os_error = 0;           // errno of the connection attempt, or 0
    std::string_view text = {}; // libcurl's own words
    bool connected = false;     // the request was sent
    bool answered = false;      // a status line came
    ByteCount received = {};    // of the body
};

std::string server_of(Url); // its address as an error names it: without the path

// The one place where libcurl's failures become kinds.
Error failure(const Failure&);

Error silent(const Request&, ByteCount received); // for longer than the request allows

} // namespace codemate::http
