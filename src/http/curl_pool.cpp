#include "http/curl_pool.hpp"

#include <utility>

namespace codemate::http {

namespace {

constexpr std::size_t most_idle = 8;

} // namespace

CurlPool::Loan::Loan(CurlPool& pool) : pool_(pool), handle_(pool.take()) {}

void CurlPool::Loan::give_back() noexcept {
    pool_.give_back(std::move(handle_));
}

std::unique_ptr<CurlHandle> CurlPool::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            auto handle = std::move(idle_.back());
            idle_.pop_back();
            return handle;
        }
        idle_.reserve(most_idle); // so that giving back cannot fail
    }
    return std::make_unique<CurlHandle>();
}

void CurlPool::give_back(std::unique_ptr<CurlHandle> handle) noexcept {
    curl_easy_reset(handle->easy.get()); // keeps connections, forgets pointers into the exchange that is over
    const std::lock_guard lock(mutex_);
    if (idle_.size() < most_idle) idle_.push_back(std::move(handle));
}

} // namespace codemate::http
