#pragma once

#include "codemate/base/run.hpp"
#include "codemate/base/token_bucket.hpp"

#include <condition_variable>
#include <mutex>

namespace codemate::relay {

// One rate that all connections of several relays hold together. Any thread may call.
class Pace {
public:
    explicit Pace(ByteCount bytes_a_second);

    // How many of so many bytes may go at once; waits until they may. Throws Interrupted.
    ByteCount wait_for_turn(ByteCount, const Stop&);

private:
    std::mutex mutex_;
    TokenBucket bucket_;
    std::condition_variable_any never_;
};

} // namespace codemate::relay
