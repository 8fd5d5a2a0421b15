#pragma once

#include "http/curl_handle.hpp"

#include <mutex>
#include <vector>

namespace codemate::http {

// Idle handles with their open connections. One handle serves one exchange at a time, because libcurl does not share
// connections between threads; the one returned last is lent first: its connection is the likeliest to be alive.
class CurlPool {
public:
    class Loan {
    public:
        explicit Loan(CurlPool&);
        Loan(const Loan&) = delete;
        Loan& operator=(const Loan&) = delete;

        CurlHandle& operator*() { return *handle_; }
        // The exchange came to a proper end. A handle that is not returned goes with the loan: after a transfer that
        // failed libcurl keeps some of its state through curl_easy_reset(), and refuses options of the next one.
        void give_back() noexcept;

    private:
        CurlPool& pool_;
        std::unique_ptr<CurlHandle> handle_;
    };

private:
    std::unique_ptr<CurlHandle> take();
    void give_back(std::unique_ptr<CurlHandle>) noexcept;

    std::mutex mutex_;
    std::vector<std::unique_ptr<CurlHandle>> idle_;
};

} // namespace codemate::http
