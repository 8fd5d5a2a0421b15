#include "codemate/base/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <system_error>
#include <thread>
#include <vector>

namespace codemate {

void for_each_parallel(std::size_t count, std::size_t workers, const std::function<void(std::size_t)>& work) {
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    std::vector<std::exception_ptr> failures(count);
    const auto run = [&] {
        for (std::size_t index = next++; index < count && !failed; index = next++) {
            try {
                work(index);
            } catch (...) {
                failures[index] = std::current_exception();
                failed = true;
            }
        }
    };
    {
        std::vector<std::jthread> threads; // joined at the end of the block
        const std::size_t wanted = std::min(std::max<std::size_t>(workers, 1), count);
        try {
            for (std::size_t i = 1; i < wanted; ++i)
                threads.emplace_back(run);
        } catch (const std::system_error&) {
            // A limit on threads makes it slower, no failure.
        }
        run(); // the caller's thread is one of them
    }
    const auto first =
        std::find_if(failures.begin(), failures.end(), [](const std::exception_ptr& f) { return f != nullptr; });
    if (first != failures.end()) std::rethrow_exception(*first);
}

} // namespace codemate
