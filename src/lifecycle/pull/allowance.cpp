#include "lifecycle/pull/allowance.hpp"

#include <algorithm>

namespace codemate::lifecycle::pull {

Allowance::Allowance(ByteCount bytes_a_second) : bucket_{std::max<std::uint64_t>(bytes_a_second.count(), 1), {}} {}

void Allowance::came(ByteCount bytes, SteadyTime now) {
    const std::lock_guard lock(mutex_);
    bucket_ = take(bucket_, bytes, now).after;
}

bool Allowance::is_spent(SteadyTime now) const {
    return owed(now) >= ahead;
}

Duration Allowance::owed(SteadyTime now) const {
    const std::lock_guard lock(mutex_);
    return std::max(bucket_.free - now, Duration{0});
}

} // namespace codemate::lifecycle::pull
