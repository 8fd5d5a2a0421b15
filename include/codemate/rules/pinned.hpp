#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/manifest/lock.hpp"

#include <cstddef>
#include <span>

namespace codemate::rules {

// What models take together by the lock, shared layers once.
struct PinnedSize {
    ByteCount sum;
    std::size_t unknown = 0; // models without a pin, which are not in the sum
};
PinnedSize pinned_size(std::span<const ModelName>, const manifest::Lock&); // pure

} // namespace codemate::rules
