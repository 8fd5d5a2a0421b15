#pragma once

#include "http/curl_handle.hpp"

#include "codemate/base/time.hpp"
#include "codemate/http/client.hpp"

#include <cstdint>
#include <exception>
#include <string>

namespace codemate::http {

// A body on its way out, produced piece by piece. libcurl's callbacks end here: what `read` throws is kept, and thrown
// later by rethrow().
class Sending {
public:
    Sending(const Upload& upload, const std::string& method) : upload_(upload), method_(method) {}
    Sending(const Sending&) = delete;
    Sending& operator=(const Sending&) = delete;

    void attach(const Easy&);  // the object must outlive the exchange
    Duration idle_for() const; // since the system took something last
    void rethrow() const;

private:
    static std::size_t read(char* into, std::size_t size, std::size_t count, void* self) noexcept;
    static int seek(void* self, curl_off_t offset, int origin) noexcept;

    const Upload& upload_;
    const std::string& method_;
    std::uint64_t offset_ = 0;
    SteadyTime last_ = std::chrono::steady_clock::now();
    std::exception_ptr thrown_;
};

} // namespace codemate::http
