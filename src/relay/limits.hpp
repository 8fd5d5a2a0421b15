#pragma once

#include "codemate/base/time.hpp"

#include <cstddef>

namespace codemate::relay {

// What strangers, slow ones and many at once may cost.
struct Limits {
    Duration head = std::chrono::seconds(5);   // from the connection to its first request
    Duration idle = std::chrono::seconds(60);  // between requests of who has shown to know the name
    Duration stuck = std::chrono::seconds(60); // without taking a byte of what is sent
    std::size_t head_size = 8 << 10;
    std::size_t connections = 128; // then the oldest stranger has to go for a new one
    std::size_t carriers = 32;     // threads and transfers from sources; who comes later waits
};

} // namespace codemate::relay
