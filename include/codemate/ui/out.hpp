#pragma once

#include <string_view>

namespace codemate::ui {

// A file descriptor that text goes to. When the reader is gone (EPIPE) further text is dropped quietly; any other
// failure, such as a full disk behind a redirection, is Error{storage}, once.
class Out {
public:
    explicit Out(int fd) : fd_(fd) {}
    virtual ~Out() = default;
    virtual void write(std::string_view);
    bool closed() const { return closed_; } // the reader is gone

private:
    int fd_;
    bool closed_ = false;
    bool failed_ = false; // has been reported
};

} // namespace codemate::ui
