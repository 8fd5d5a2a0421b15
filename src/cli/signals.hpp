#pragma once

#include "codemate/base/run.hpp"

#include <atomic>
#include <stop_token>
#include <thread>

namespace codemate::cli {

// Turns the first SIGINT, SIGTERM or SIGHUP into a stop request; the second has its default action. Signals that are
// ignored when the program starts (nohup, a shell's background job) stay ignored. To be made before any other thread.
class Signals {
public:
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    Stop stop() const { return source_.get_token(); }
    int received() const { return received_; } // the signal's number, 0: none

private:
    void wait();

    std::stop_source source_;
    std::atomic<int> received_{0};
    std::atomic<bool> ending_{false};
    std::thread thread_;
};

} // namespace codemate::cli
