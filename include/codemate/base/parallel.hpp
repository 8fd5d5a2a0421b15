#pragma once

#include <cstddef>
#include <functional>

namespace codemate {

// Calls work(0) … work(count - 1), on at most `workers` threads at a time (fewer where the system gives no more), and
// returns when all calls have ended. What
// a call throws is thrown here after that, the lowest index's first; the calls not begun by then are left out.
void for_each_parallel(std::size_t count, std::size_t workers, const std::function<void(std::size_t)>& work);

} // namespace codemate
