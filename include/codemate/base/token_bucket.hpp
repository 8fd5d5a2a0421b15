#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/time.hpp"

#include <cstdint>

namespace codemate {

// A number of bytes a second that several senders share, one after the other: the bytes of each begin to go when those
// before them have gone. Who comes late catches up a little, so that the rate is kept although nobody wakes on time.
struct TokenBucket {
    std::uint64_t bytes_a_second = 1;
    SteadyTime free = {}; // what was taken so far has gone by then
};

struct Turn {
    TokenBucket after;
    SteadyTime begins; // when these bytes may go
};
Turn take(const TokenBucket&, ByteCount, SteadyTime now);

// What to take at once: little enough that it flows instead of jumping.
ByteCount smooth_piece(const TokenBucket&);

} // namespace codemate
