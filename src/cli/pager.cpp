#include "cli/pager.hpp"

#include "codemate/base/text.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace codemate::cli {
namespace {

std::optional<std::filesystem::path> program(std::string_view name, const ui::Getenv& getenv) {
    const char* const path = getenv("PATH");
    for (const std::string_view directory : split(path == nullptr ? "" : path, ':')) {
        const auto candidate = std::filesystem::path(directory) / name;
        if (!directory.empty() && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return std::nullopt;
}

// What man would have shown the page with, where the reader has named a program that is not there. A line that a shell
// has to read is not ours to judge.
bool pager_is_missing(const ui::Getenv& getenv) {
    const char* line = getenv("MANPAGER");
    if (line == nullptr) line = getenv("PAGER");
    const std::string_view command = trimmed(line == nullptr ? "" : line);
    const std::string_view name = command.substr(0, command.find_first_of(" \t"));
    if (name.empty() || command.find_first_of("\"'\\$`~=|&;<>(){}*?[#") != std::string_view::npos) return false;
    if (name.find('/') != std::string_view::npos) return ::access(std::string(name).c_str(), X_OK) != 0;
    return !program(name, getenv);
}

// A script that names `unminimize`, which brings the manuals back.
bool only_says_that_there_are_none(const std::filesystem::path& man) {
    std::string beginning(4096, '\0');
    std::ifstream file(man, std::ios::binary);
    file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
    return beginning.starts_with("#!") && beginning.find("unminimize") != std::string::npos;
}

// A file without a name, read from its beginning; null where there is no room for it.
std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_of(const std::string& text) {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), &std::fclose);
    if (file == nullptr) return file;
    const bool whole = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
    if (!whole || std::fflush(file.get()) != 0) file.reset();
    if (file != nullptr) std::rewind(file.get());
    return file;
}

// Ctrl-C is the pager's while it is there.
class InterruptIgnored {
public:
    InterruptIgnored() { ::sigaction(SIGINT, &ignored(), &before_); }
    ~InterruptIgnored() { ::sigaction(SIGINT, &before_, nullptr); }
    InterruptIgnored(const InterruptIgnored&) = delete;
    InterruptIgnored& operator=(const InterruptIgnored&) = delete;

private:
    static const struct sigaction& ignored() {
        static const struct sigaction action = [] {
            struct sigaction it {};
            it.sa_handler = SIG_IGN;
            return it;
        }();
        return action;
    }
    struct sigaction before_ {};
};

// With its standard input from there; 0 where it ended well.
int status_of(const std::filesystem::path& man, int input) {
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t all, none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);

    std::string name = man.string(), option = "-l", from = "-";
    char* const words[] = {name.data(), option.data(), from.data(), nullptr};
    const InterruptIgnored ignored;
    pid_t child = 0;
    const int error = ::posix_spawn(&child, name.c_str(), &actions, &attributes, words, environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) return 127;
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

} // namespace

bool shown_by_man(const std::string& page, const ui::Getenv& getenv) {
    const auto man = program("man", getenv);
    if (!man || only_says_that_there_are_none(*man) || pager_is_missing(getenv)) return false;
    const auto file = file_of(page);
    return file != nullptr && status_of(*man, ::fileno(file.get())) == 0;
}

} // namespace codemate::cli
