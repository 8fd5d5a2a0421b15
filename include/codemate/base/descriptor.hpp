#pragma once

#include <unistd.h>
#include <utility>

namespace codemate {

// An open file of the system's, closed at the end of its life. Below zero: none.
class Descriptor {
public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    ~Descriptor() { close(); }
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }

    int get() const { return fd_; }
    bool open() const { return fd_ >= 0; }
    // 0, or -1 and errno; also 0 if there is none.
    int close() { return fd_ < 0 ? 0 : ::close(std::exchange(fd_, -1)); }
    int release() { return std::exchange(fd_, -1); } // somebody else closes it

private:
    int fd_;
};

} // namespace codemate
