#pragma once

#include "codemate/base/error.hpp"
#include "codemate/http/url.hpp"

#include <functional>
#include <optional>
#include <string>

namespace codemate::http {

// Which certificates are trusted; empty: those that libcurl was built to trust.
struct Trust {
    std::string file, directory;
};

using Getenv = std::function<const char*(const char* name)>; // as std::getenv
using IsFile = std::function<bool(const std::string& path)>; // something to read is there

// What SSL_CERT_FILE and SSL_CERT_DIR say, which OpenSSL's programs obey and libcurl does not. Without either: the
// first of the files that distributions keep their certificates in, since one program runs on all of them and libcurl
// knows one.
Trust find_trust(const Getenv&, const IsFile&);

// The same for this process and this machine.
Trust trust_of_this_machine();

// Whether any certificate is trusted: a file or directory was found or named, or what libcurl was built to trust is
// there.
bool has_certificates(const Trust& found, const Trust& built_in, const IsFile&);

enum class Found { nothing, file, directory, other, unreadable };
using WhatIs = std::function<Found(const std::string& path)>;

// Error{usage} where what is named cannot be used: it is not there, is no file or no directory, or may not be read.
// libcurl would wait for ever for what a pipe has to say.
std::optional<Error> mistake_in(const Trust&, const WhatIs&);

// Throws Error{usage} where that is so, and where this machine has no certificate to judge the server of that address
// by.
void require_certificates(const Trust&, const Url&);

} // namespace codemate::http
