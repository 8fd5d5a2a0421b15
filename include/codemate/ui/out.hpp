#pragma once

#include <string_view>

namespace codemate::ui {

// A file descriptor that text goes to. When the reader is gone (EPIPE) further text is dropped quietly; any other
// failure, such as a full disk behind a redirection, is Error{storage}, once, where the text is the result. What is
// only said beside it (stderr) must not end the work: then the rest is dropped too.
class Out {
public:
    enum class Failure { error, dropped };

    explicit Out(int fd, Failure failure = Failure::error) : fd_(fd), failure_(failure) {}
    virtual ~Out() = default;
    virtual void write(std::string_view);
    bool closed() const { return closed_; } // the reader is gone

private:
    int fd_;
    Failure failure_;
    bool closed_ = false;
    bool failed_ = false; // has been reported
};

} // namespace codemate::ui
