#pragma once

#include "codemate/base/token_bucket.hpp"

#include <mutex>

namespace codemate::lifecycle::pull {

// A rate that is kept on average, by leaving a stream that is ahead and opening it again later: for a server that does
// not get to codemate, and whose bytes therefore come as fast as they can. All models of a run share it; any thread may
// call.
class Allowance {
public:
    // Little enough that a line is not taken for minutes, much enough that few bytes in flight are lost.
    static constexpr Duration ahead = std::chrono::seconds(10);

    explicit Allowance(ByteCount bytes_a_second);

    void came(ByteCount, SteadyTime now);
    bool is_spent(SteadyTime now) const; // more has come than `ahead` allows for
    Duration owed(SteadyTime now) const; // until what came is allowed for

private:
    mutable std::mutex mutex_;
    TokenBucket bucket_;
};

} // namespace codemate::lifecycle::pull
