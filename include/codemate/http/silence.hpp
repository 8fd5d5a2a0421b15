#pragma once

#include "codemate/base/error.hpp"

namespace codemate::http {

// Whether an Error of Client::send() is that of a server which took the connection, and then did not answer within the
// request's time.
bool is_silence(const Error&);

} // namespace codemate::http
