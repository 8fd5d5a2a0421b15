#include "codemate/ui/out.hpp"

#include "ui/runner_commands.hpp"

#include "codemate/base/error.hpp"

#include <cerrno>
#include <cstring>
#include <poll.h>
#include <string>
#include <unistd.h>

namespace codemate::ui {
namespace {

std::string name_of(int fd) {
    if (fd == STDOUT_FILENO) return "standard output";
    if (fd == STDERR_FILENO) return "standard error";
    return "file descriptor " + std::to_string(fd);
}

// Whoever shares the terminal with us may have made it non-blocking; then we wait as if it were not.
void wait_until_writable(int fd) {
    pollfd wanted{fd, POLLOUT, 0};
    ::poll(&wanted, 1, -1);
}

} // namespace

Out::Out(int fd, Failure failure, Reader reader) : fd_(fd), failure_(failure) {
    if (reader == Reader::github_actions) filter_ = std::make_unique<CommandFilter>();
}

Out::~Out() = default;

void Out::write(std::string_view text) {
    if (filter_)
        put(filter_->pass(text));
    else
        put(text);
}

void Out::write_command(std::string_view lines) {
    if (filter_) filter_->new_line();
    put(lines);
}

std::string without_commands(std::string_view lines) {
    return CommandFilter().pass(lines);
}

void Out::put(std::string_view text) {
    while (!text.empty() && !closed_ && !failed_) {
        const ssize_t written = ::write(fd_, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
            continue;
        }
        const int error = errno;
        if (error == EINTR) continue;
        if (error == EAGAIN) {
            wait_until_writable(fd_);
            continue;
        }
        if (error == EPIPE) {
            closed_ = true;
            return;
        }
        failed_ = true;
        if (failure_ == Failure::dropped) return;
        throw Error(Kind::storage, "cannot write to " + name_of(fd_) + ": " + std::strerror(error));
    }
}

} // namespace codemate::ui
