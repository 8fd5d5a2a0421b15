#pragma once

#include "codemate/base/error.hpp"

namespace codemate::http {

// What an Error of Client::send() says of a server that took the connection and was not done within the request's time.
enum class Silence {
    none,   // it is another error
    whole,  // nothing came
    partly, // an answer began
};
Silence silence_of(const Error&);

} // namespace codemate::http
