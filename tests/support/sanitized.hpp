#pragma once

namespace codemate::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

// How many random worlds a law is tried in. With sanitizers, which look for errors of memory and threads and take
// several times as long, a third: whether the law holds is the plain build's to find out.
constexpr unsigned worlds(unsigned count) {
    return sanitized ? (count + 2) / 3 : count;
}

} // namespace codemate::test
