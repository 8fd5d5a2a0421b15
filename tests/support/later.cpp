// Loaded into a program in front of its libraries (LD_PRELOAD): its calendar is CODEMATE_TEST_LATER seconds ahead. Some
// times of files cannot be set back, and nobody waits an hour in a test. Needs nothing of ours, and no sanitizer.
#include <cstdlib>
#include <ctime>
#include <sys/syscall.h>
#include <unistd.h>

extern "C" int clock_gettime(clockid_t clock, struct timespec* time) noexcept {
    static const long ahead = [] {
        const char* const text = std::getenv("CODEMATE_TEST_LATER");
        return text == nullptr ? 0 : std::strtol(text, nullptr, 10);
    }();
    const long result = ::syscall(SYS_clock_gettime, clock, time);
    if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += ahead;
    return static_cast<int>(result);
}
