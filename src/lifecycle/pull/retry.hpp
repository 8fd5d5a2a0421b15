#pragma once

#include "codemate/base/error.hpp"
#include "codemate/base/time.hpp"

#include <optional>

namespace codemate::lifecycle::pull {

// Whether a pull that broke off is tried again, and after how long: a pure function of what went wrong so far. What the
// server has fetched it keeps, so an attempt that brought something is no failed one.
class Retry {
public:
    explicit Retry(int retries) : retries_(retries) {} // in a row that bring nothing

    // After an attempt that ended in this error: the time to wait before the next (base/backoff.hpp). Nothing: it is
    // given up.
    std::optional<Duration> next(const Error&, bool moved, double random);

private:
    int retries_, useless_ = 0;
    bool was_damaged_ = false;
};

} // namespace codemate::lifecycle::pull
