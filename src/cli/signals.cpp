#include "cli/signals.hpp"

#include <array>
#include <csignal>
#include <pthread.h>

namespace codemate::cli {
namespace {

constexpr std::array<int, 3> watched{SIGINT, SIGTERM, SIGHUP};
constexpr int wake_up = SIGUSR2; // sent to the waiting thread by the destructor only

sigset_t signal_set() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : watched) {
        struct sigaction action {};
        if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) continue;
        sigaddset(&set, signal);
    }
    sigaddset(&set, wake_up);
    return set;
}

} // namespace

Signals::Signals() {
    // A reader that goes away is an ordinary case: write() then says EPIPE.
    std::signal(SIGPIPE, SIG_IGN);
    const sigset_t set = signal_set();
    pthread_sigmask(SIG_BLOCK, &set, nullptr); // inherited by every thread made from now on
    thread_ = std::thread([this] { wait(); });
}

Signals::~Signals() {
    ending_ = true;
    pthread_kill(thread_.native_handle(), wake_up);
    thread_.join();
}

void Signals::wait() {
    const sigset_t set = signal_set();
    while (!ending_) {
        int signal = 0;
        if (sigwait(&set, &signal) != 0 || signal == wake_up) continue;
        if (received_ != 0) {
            // The user insists. Unblocked in this thread, the default action ends the process.
            std::signal(signal, SIG_DFL);
            sigset_t one;
            sigemptyset(&one);
            sigaddset(&one, signal);
            pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
            std::raise(signal);
        }
        received_ = signal;
        source_.request_stop();
    }
}

} // namespace codemate::cli
