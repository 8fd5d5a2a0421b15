#pragma once

#include "codemate/base/error.hpp"

namespace codemate::http {

// What an Error of Client::send() says of who was not reached, where that is not the server itself.
enum class Obstacle {
    none,       // it is another error
    name,       // nobody knows the host's name: no server was asked
    proxy,      // the one on the way to it cannot be reached
    connection, // nobody took it, at once or in time
    hangs_up,   // something took the connection, and closed it without an answer
};
Obstacle obstacle_of(const Error&);

} // namespace codemate::http
