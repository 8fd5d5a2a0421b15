#include "codemate/machine/programs.hpp"

#include "codemate/base/descriptor.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace codemate::machine {
namespace {

constexpr auto tick = std::chrono::milliseconds(50); // how soon a stop is noticed
// Who has ended has said all: a process that it left behind may hold its output open for ever.
constexpr auto last_words = std::chrono::milliseconds(500);

Error system_failure(const Program& program, int error) {
    const std::string name = quoted(program.command.front());
    if (error == ENOENT) return Error(Kind::not_found, "there is no program " + name + " in PATH");
    return Error(Kind::failed, "cannot run " + name + ": " + std::strerror(error));
}

// A pair of sockets, not a pipe: writing to one whose reader is gone gives an error without a signal.
struct Channel {
    Descriptor ours, theirs;
    explicit Channel(const Program& program) {
        std::array<int, 2> pair{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0)
            throw system_failure(program, errno);
        ours = Descriptor(pair[0]);
        theirs = Descriptor(pair[1]);
    }
};

struct Actions {
    posix_spawn_file_actions_t value{};
    Actions() { ::posix_spawn_file_actions_init(&value); }
    ~Actions() { ::posix_spawn_file_actions_destroy(&value); }
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;
};

// In a process group of its own, so that a Ctrl-C in our terminal is ours to pass on, with the signals' default
// actions.
struct Attributes {
    posix_spawnattr_t value{};
    Attributes() {
        ::posix_spawnattr_init(&value);
        sigset_t all;
        ::sigfillset(&all);
        sigset_t none;
        ::sigemptyset(&none);
        ::posix_spawnattr_setsigdefault(&value, &all);
        ::posix_spawnattr_setsigmask(&value, &none);
        ::posix_spawnattr_setpgroup(&value, 0);
        ::posix_spawnattr_setflags(&value, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    }
    ~Attributes() { ::posix_spawnattr_destroy(&value); }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
};

// A running program; killed with its group and waited for unless it has ended.
class Child {
public:
    Child(const Program& program, const Channel& input, const Channel& output) {
        Actions actions;
        ::posix_spawn_file_actions_adddup2(&actions.value, input.theirs.get(), STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions.value, output.theirs.get(), STDOUT_FILENO);
        if (program.errors == Program::Errors::kept)
            ::posix_spawn_file_actions_adddup2(&actions.value, output.theirs.get(), STDERR_FILENO);
        else
            ::posix_spawn_file_actions_addopen(&actions.value, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        const Attributes attributes;
        std::vector<char*> words;
        for (const std::string& word : program.command)
            words.push_back(const_cast<char*>(word.c_str()));
        words.push_back(nullptr);
        const int error =
            ::posix_spawnp(&pid_, words.front(), &actions.value, &attributes.value, words.data(), environ);
        if (error != 0) throw system_failure(program, error);
        group_ = pid_;
    }
    ~Child() {
        if (pid_ <= 0) return;
        ::kill(-pid_, SIGKILL);
        wait();
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    int wait() {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = 0;
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
    std::optional<int> ended() {
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
        pid_ = 0;
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }

    void end_group() const { ::kill(-group_, SIGKILL); } // also of one that has ended

private:
    pid_t pid_ = 0, group_ = 0;
};

// What goes between us and the program while both ends are open.
class Talk {
public:
    Talk(const Program& program, Descriptor in, Descriptor out)
        : program_(program), rest_(program.input), in_(std::move(in)), out_(std::move(out)) {
        if (rest_.empty()) in_.close();
    }

    bool over() const { return !out_.open(); }
    std::string output() { return std::move(output_); }

    void go_on() {
        std::array<pollfd, 2> both{pollfd{out_.get(), POLLIN, 0}, pollfd{in_.get(), POLLOUT, 0}};
        if (::poll(both.data(), in_.open() ? 2 : 1, static_cast<int>(tick.count())) <= 0) return;
        if (both[1].revents != 0 && in_.open()) give();
        if (both[0].revents != 0) take();
    }

private:
    void give() {
        const ssize_t count = ::send(in_.get(), rest_.data(), rest_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count > 0) rest_.remove_prefix(static_cast<std::size_t>(count));
        const bool gone = count < 0 && errno != EAGAIN && errno != EINTR; // it does not want to know the rest
        if (rest_.empty() || gone) in_.close();
    }
    void take() {
        std::array<char, 4096> piece{};
        const ssize_t count = ::recv(out_.get(), piece.data(), piece.size(), MSG_DONTWAIT);
        if (count > 0) output_.append(piece.data(), static_cast<std::size_t>(count));
        if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) out_.close();
        if (output_.size() > program_.limit.count())
            throw Error(Kind::failed,
                        quoted(program_.command.front()) + " writes more than " + to_string(program_.limit));
    }

    const Program& program_;
    std::string_view rest_;
    Descriptor in_, out_;
    std::string output_;
};

class SystemPrograms final : public Programs {
public:
    Finished run(const Program& program, Stop stop) override {
        throw_if_stopped(stop);
        Channel input(program);
        Channel output(program);
        Child child(program, input, output);
        input.theirs.close();
        output.theirs.close();
        Talk talk(program, std::move(input.ours), std::move(output.ours));
        const auto end = std::chrono::steady_clock::now() + program.patience;
        std::optional<int> status;
        std::optional<std::chrono::steady_clock::time_point> quiet; // from when on nobody listens any more
        while (!status || !talk.over()) {
            throw_if_stopped(stop);
            const auto now = std::chrono::steady_clock::now();
            if (!status) status = child.ended();
            if (status && !quiet) quiet = now + last_words;
            if (status && now >= *quiet) break;
            if (!status && now > end) throw Error(Kind::failed, quoted(program.command.front()) + " does not end");
            if (talk.over()) {
                ::poll(nullptr, 0, 1); // its output is closed; it is about to end
            } else {
                talk.go_on();
            }
        }
        if (!talk.over()) child.end_group(); // what it left behind, and what holds its output open
        return {*status, talk.output()};
    }
};

} // namespace

std::unique_ptr<Programs> make_programs() {
    return std::make_unique<SystemPrograms>();
}

} // namespace codemate::machine
