// Long for its kind: what stands between fork and exec cannot be taken apart into places that may allocate.
#include "support/process.hpp"

#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <stdexcept>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <system_error>
#include <termios.h>
#include <thread>
#include <unistd.h>
#include <utility>

extern char** environ;

namespace codemate::test {
namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    ~Fd() { reset(); }
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    void reset() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }

private:
    int fd_ = -1;
};

struct Pipe {
    Fd read, write;
};

// Close-on-exec: a program started at the same time must not hold the other's pipes open.
Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe");
    return {Fd(ends[0]), Fd(ends[1])};
}

struct Pty {
    Fd master, slave;
};

void set_size(int fd, unsigned short columns, unsigned short rows) {
    const winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    if (::ioctl(fd, TIOCSWINSZ, &size) != 0) fail("TIOCSWINSZ");
}

Pty make_pty(const Terminal& terminal) {
    Pty pty;
    pty.master = Fd(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!pty.master || ::grantpt(pty.master.get()) != 0 || ::unlockpt(pty.master.get()) != 0) fail("posix_openpt");
    std::array<char, 128> name{};
    if (::ptsname_r(pty.master.get(), name.data(), name.size()) != 0) fail("ptsname");
    pty.slave = Fd(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!pty.slave) fail("open the terminal");
    set_size(pty.slave.get(), terminal.columns, terminal.rows);
    return pty;
}

std::vector<std::string> environment_of(const Command& command) {
    std::map<std::string, std::string> all;
    if (command.environment == Command::Environment::merged) {
        for (char** entry = environ; *entry != nullptr; ++entry) {
            const std::string text = *entry;
            const auto equals = text.find('=');
            if (equals != std::string::npos) all[text.substr(0, equals)] = text.substr(equals + 1);
        }
    }
    for (const auto& [name, value] : command.variables) {
        if (value.empty() && command.environment == Command::Environment::merged) {
            all.erase(name);
        } else {
            all[name] = value;
        }
    }
    std::vector<std::string> lines;
    for (const auto& [name, value] : all)
        lines.push_back(name + "=" + value);
    return lines;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (auto& text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

// What the child needs; made before the fork, because nothing may be allocated after it.
struct Launch {
    std::vector<std::string> argv, environment;
    std::string directory;
    int in, out, err; // become 0, 1, 2
    int controlling;  // a terminal, or -1
    int report;       // where the errno of a failed exec goes
};

[[noreturn]] void become(const Launch& launch, char* const* argv, char* const* environment) {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    // A session of its own: the signals that a terminal sends do not reach the test.
    ::setsid();
    bool good = launch.controlling < 0 || ::ioctl(launch.controlling, TIOCSCTTY, 0) == 0;
    good = good && ::dup2(launch.in, 0) >= 0 && ::dup2(launch.out, 1) >= 0 && ::dup2(launch.err, 2) >= 0;
    good = good && (launch.directory.empty() || ::chdir(launch.directory.c_str()) == 0);
    if (good) ::execvpe(argv[0], argv, environment);
    const int error = errno;
    [[maybe_unused]] const auto written = ::write(launch.report, &error, sizeof error);
    ::_exit(127);
}

pid_t start(Launch& launch, Pipe& report) {
    const auto argv = pointers(launch.argv);
    const auto environment = pointers(launch.environment);
    const pid_t pid = ::fork();
    if (pid < 0) fail("fork");
    if (pid == 0) become(launch, argv.data(), environment.data());
    report.write.reset();
    int error = 0;
    if (::read(report.read.get(), &error, sizeof error) == sizeof error) {
        ::waitpid(pid, nullptr, 0);
        errno = error;
        fail("cannot start " + launch.argv.front());
    }
    return pid;
}

} // namespace

struct Process::State {
    pid_t pid = -1;
    Fd input, out, err, master;
    std::string pending; // of standard input, not yet written
    bool close_when_written = true;
    std::string out_text, err_text, terminal_text;
    bool all_read = false;
    std::optional<Exit> exit;
    mutable std::mutex mutex;
    mutable std::condition_variable changed;
    Pipe wake;
    std::thread pump, reaper;

    void pump_all();
    bool take(Fd& from, std::string& into);
    void give();
    void reap();
    bool shows(std::string_view text) const {
        for (const auto* all : {&out_text, &err_text, &terminal_text})
            if (all->find(text) != std::string::npos) return true;
        return false;
    }
    ~State();
};

// Reads once what is there; at the end the descriptor is closed.
bool Process::State::take(Fd& from, std::string& into) {
    std::array<char, 65536> buffer;
    const auto count = ::read(from.get(), buffer.data(), buffer.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return true;
    const std::lock_guard lock(mutex);
    if (count <= 0) { // a terminal ends with EIO
        from.reset();
    } else {
        into.append(buffer.data(), static_cast<std::size_t>(count));
    }
    changed.notify_all();
    return count > 0;
}

void Process::State::give() {
    const std::lock_guard lock(mutex);
    const Fd& to = input ? input : master;
    const auto count = ::write(to.get(), pending.data(), pending.size());
    if (count > 0) pending.erase(0, static_cast<std::size_t>(count));
    if (count < 0 && errno != EINTR && errno != EAGAIN) pending.clear(); // nobody reads it any more
    if (pending.empty() && close_when_written) input.reset();
}

void Process::State::pump_all() {
    while (true) {
        std::array<pollfd, 5> fds{};
        {
            const std::lock_guard lock(mutex);
            const auto writable = [&](const Fd& fd) { return !pending.empty() && fd ? fd.get() : -1; };
            fds = {{{wake.read.get(), POLLIN, 0},
                    {out.get(), POLLIN, 0},
                    {err.get(), POLLIN, 0},
                    {master.get(), POLLIN, 0},
                    {writable(input ? input : master), POLLOUT, 0}}};
        }
        const bool reading = fds[1].fd >= 0 || fds[2].fd >= 0 || fds[3].fd >= 0;
        if (!reading) break;
        if (::poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) break;
        if (fds[0].revents != 0) {
            char token = 0;
            if (::read(wake.read.get(), &token, 1) != 1) break; // the other end is closed: give up
        }
        if (fds[4].revents != 0) give();
        if (fds[1].revents != 0) take(out, out_text);
        if (fds[2].revents != 0) take(err, err_text);
        if (fds[3].revents != 0) take(master, terminal_text);
    }
    const std::lock_guard lock(mutex);
    all_read = true;
    changed.notify_all();
}

void Process::State::reap() {
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
    }
    const std::lock_guard lock(
        mutex); // from here on the number may be another's: send() looks at `exit` under the lock
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    exit = WIFEXITED(status) ? Exit{WEXITSTATUS(status), std::nullopt} : Exit{std::nullopt, WTERMSIG(status)};
    changed.notify_all();
}

Process::State::~State() {
    {
        const std::lock_guard lock(mutex);
        if (pid > 0 && !exit) ::kill(pid, SIGKILL);
    }
    if (reaper.joinable()) reaper.join();
    wake.write.reset(); // a grandchild may still hold the pipes
    if (pump.joinable()) pump.join();
}

Process::Process(const Command& command) : state_(std::make_unique<State>()) {
    static const auto ignored = ::signal(SIGPIPE, SIG_IGN); // writing to a program that has ended is no reason to die
    (void)ignored;
    auto& state = *state_;
    Pty pty;
    if (command.terminal) pty = make_pty(*command.terminal);
    const auto on_terminal = [&](bool Terminal::*stream) { return command.terminal && (*command.terminal).*stream; };

    Pipe in, out, err, report = make_pipe();
    Fd null;
    Launch launch{command.argv, environment_of(command), command.directory.string(), -1, -1, -1,
                  -1,           report.write.get()};
    if (command.terminal) launch.controlling = pty.slave.get();
    if (on_terminal(&Terminal::input)) {
        launch.in = pty.slave.get();
    } else if (command.input || command.after_input == Command::After::keep_open) {
        in = make_pipe();
        launch.in = in.read.get();
    } else {
        null = Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        launch.in = null.get();
    }
    if (!on_terminal(&Terminal::output)) out = make_pipe();
    if (!on_terminal(&Terminal::error)) err = make_pipe();
    launch.out = out.write ? out.write.get() : pty.slave.get();
    launch.err = err.write ? err.write.get() : pty.slave.get();

    state.wake = make_pipe();
    state.pid = start(launch, report);
    state.input = std::move(in.write);
    if (state.input) ::fcntl(state.input.get(), F_SETFL, O_NONBLOCK);
    state.out = std::move(out.read);
    state.err = std::move(err.read);
    state.master = std::move(pty.master);
    state.pending = command.input.value_or("");
    state.close_when_written = command.after_input == Command::After::close;
    if (state.pending.empty() && state.close_when_written) state.input.reset();
    state.reaper = std::thread([&state] { state.reap(); });
    state.pump = std::thread([&state] { state.pump_all(); });
}

Process::~Process() = default;
Process::Process(Process&&) noexcept = default;
Process& Process::operator=(Process&&) noexcept = default;

pid_t Process::pid() const {
    return state_->pid;
}

std::string Process::out() const {
    const std::lock_guard lock(state_->mutex);
    return state_->out_text;
}

std::string Process::err() const {
    const std::lock_guard lock(state_->mutex);
    return state_->err_text;
}

std::string Process::terminal() const {
    const std::lock_guard lock(state_->mutex);
    return state_->terminal_text;
}

bool Process::wait_for(std::string_view text, std::chrono::milliseconds limit) const {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait_for(lock, limit, [&] { return state_->shows(text) || (state_->exit && state_->all_read); });
    return state_->shows(text);
}

void Process::type(std::string_view text) {
    {
        const std::lock_guard lock(state_->mutex);
        if (!state_->input && !state_->master) throw std::logic_error("the program's standard input is closed");
        state_->pending += text;
    }
    [[maybe_unused]] const auto written = ::write(state_->wake.write.get(), "w", 1);
}

void Process::close_input() {
    const std::lock_guard lock(state_->mutex);
    state_->close_when_written = true;
    if (state_->pending.empty()) state_->input.reset();
}

void Process::resize(unsigned short columns, unsigned short rows) {
    const std::lock_guard lock(state_->mutex);
    if (!state_->master) throw std::logic_error("the program has no terminal");
    set_size(state_->master.get(), columns, rows);
}

void Process::send(int signal) {
    const std::lock_guard lock(state_->mutex);
    if (!state_->exit) ::kill(state_->pid, signal);
}

Exit Process::wait(std::chrono::milliseconds limit) {
    std::unique_lock lock(state_->mutex);
    if (state_->changed.wait_for(lock, limit, [&] { return state_->exit && state_->all_read; })) return *state_->exit;
    // Ended, but a child of its own holds its output open: what has come is all that will be waited for.
    if (state_->exit) return *state_->exit;
    ::kill(state_->pid, SIGKILL);
    throw std::runtime_error("the program did not end within " + std::to_string(limit.count()) +
                             " ms; its output so far:\n" + state_->out_text + state_->err_text + state_->terminal_text);
}

std::optional<Exit> Process::ended() const {
    const std::lock_guard lock(state_->mutex);
    return state_->exit;
}

Finished run(const Command& command, std::chrono::milliseconds limit) {
    Process process(command);
    const Exit exit = process.wait(limit);
    return {exit, process.out(), process.err(), process.terminal()};
}

} // namespace codemate::test
