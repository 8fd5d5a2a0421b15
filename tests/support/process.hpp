#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace codemate::test {

// A pseudo-terminal in the place of the standard streams named.
struct Terminal {
    unsigned short columns = 80;
    unsigned short rows = 24;
    bool input = true;
    bool output = true;
    bool error = true;
};

struct Command {
    std::vector<std::string> argv; // the first is the program's path, or a name to be searched in PATH

    // Replaces the environment wholly, or is merged into that of the test; of a merge, an empty value removes the
    // variable.
    enum class Environment { replaced, merged };
    std::map<std::string, std::string> variables = {};
    Environment environment = Environment::merged;

    std::filesystem::path directory = {}; // empty: that of the test

    // What standard input holds. Nothing: it is /dev/null, or the terminal.
    std::optional<std::string> input = {};
    enum class After { close, keep_open };
    After after_input = After::close; // of a pipe; a terminal stays open (its end of input is the character 4)

    std::optional<Terminal> terminal = {};
};

// How a process ended: exactly one of both.
struct Exit {
    std::optional<int> status;
    std::optional<int> signal;

    bool operator==(const Exit&) const = default;
};

// A running program. Its output is read all the time, so that it never waits for us; the destructor kills it.
class Process {
public:
    static constexpr std::chrono::milliseconds patience{60'000};

    explicit Process(const Command&); // throws std::system_error where it cannot be started
    ~Process();
    Process(Process&&) noexcept;
    Process& operator=(Process&&) noexcept;

    pid_t pid() const;

    // So far. What came through the terminal stands in terminal(), whatever stream it was.
    std::string out() const;
    std::string err() const;
    std::string terminal() const;

    // Until the text is in the output (of any of the three); false where the time passed or the program ended without
    // it.
    bool wait_for(std::string_view text, std::chrono::milliseconds limit = patience) const;

    void type(std::string_view text); // to standard input: after_input keep_open, or a terminal
    void close_input();
    void resize(unsigned short columns, unsigned short rows = 24); // the terminal; sends SIGWINCH as terminals do

    void send(int signal); // nothing where it has ended already

    // Until it has ended and all of its output is here. Throws std::runtime_error where the time passed: the output so
    // far is in the message, and the program is killed.
    Exit wait(std::chrono::milliseconds limit = patience);
    std::optional<Exit> ended() const; // without waiting

private:
    struct State;
    std::unique_ptr<State> state_;
};

// Start, wait, and all that there is to see.
struct Finished {
    Exit exit;
    std::string out, err, terminal;
    int status() const { return exit.status.value_or(-1); }
};
Finished run(const Command&, std::chrono::milliseconds limit = Process::patience);

} // namespace codemate::test
