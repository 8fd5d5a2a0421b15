#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace codemate::ui {

class CommandFilter;

// A file descriptor that text goes to. When the reader is gone (EPIPE) further text is dropped quietly; any other
// failure, such as a full disk behind a redirection, is Error{storage}, once, where the text is the result. What is
// only said beside it (stderr) must not end the work: then the rest is dropped too.
class Out {
public:
    enum class Failure { error, dropped };
    enum class Reader { any, github_actions }; // whose runner takes some lines for commands

    explicit Out(int fd, Failure = Failure::error, Reader = Reader::any);
    virtual ~Out();
    Out(const Out&) = delete;
    Out& operator=(const Out&) = delete;

    void write(std::string_view);           // nothing in it is a command to the reader
    void write_command(std::string_view);   // whole lines for the runner of GitHub Actions
    bool closed() const { return closed_; } // the reader is gone

private:
    virtual void put(std::string_view);

    int fd_;
    Failure failure_;
    std::unique_ptr<CommandFilter> filter_; // nullptr: nobody takes anything for a command
    bool closed_ = false;
    bool failed_ = false; // has been reported
};

// Lines that do not go through an Out, with nothing that the runner of GitHub Actions takes for a command.
std::string without_commands(std::string_view);

} // namespace codemate::ui
