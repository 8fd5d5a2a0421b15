// Runs two commands in turn and prints the medians of wall time, CPU time and peak memory, and their ratios.
// It stays small on purpose: Linux counts the memory of a process before exec() into its peak.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/wait.h>
#include <vector>

extern char** environ;

namespace {

using Arguments = std::vector<char*>; // with a null at the end

[[noreturn]] void give_up(const std::string& text) {
    std::fprintf(stderr, "codemate-bench: %s\n", text.c_str());
    std::exit(2);
}

struct Cost {
    double wall_ms, cpu_ms, memory_mib;
};

double milliseconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

pid_t start(const Arguments& command) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    pid_t pid = 0;
    const int failed = posix_spawnp(&pid, command[0], &actions, nullptr, command.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) give_up(std::string("cannot start ") + command[0] + ": " + std::strerror(failed));
    return pid;
}

Cost run(const Arguments& command) {
    const auto began = std::chrono::steady_clock::now();
    const pid_t pid = start(command);
    int status = 0;
    rusage usage{};
    while (wait4(pid, &status, 0, &usage) < 0) {
        if (errno != EINTR) give_up("wait4 failed");
    }
    const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - began;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) give_up(std::string(command[0]) + " did not succeed");
    return {wall.count(), milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime),
            static_cast<double>(usage.ru_maxrss) / 1024};
}

double median(const std::vector<Cost>& costs, double Cost::*what) {
    std::vector<double> values;
    for (const Cost& cost : costs)
        values.push_back(cost.*what);
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void print_row(const char* title, const char* what, double ours, double theirs, const char* unit) {
    std::printf("%-12s %-8s %8.1f %-4s %8.1f %-4s %6.2f\n", title, what, ours, unit, theirs, unit, ours / theirs);
}

// The arguments from `at` up to the next "--" or the end; `at` moves behind it.
Arguments command_at(int& at, int count, char** words) {
    Arguments command;
    for (; at < count && std::string_view(words[at]) != "--"; ++at)
        command.push_back(words[at]);
    ++at;
    if (command.empty()) give_up("usage: codemate-bench TITLE RUNS COMMAND… -- COMMAND…");
    command.push_back(nullptr);
    return command;
}

} // namespace

int main(int count, char** words) {
    int at = 3;
    const Arguments ours = command_at(at, count, words);
    const Arguments theirs = command_at(at, count, words);
    const int runs = std::atoi(words[2]);
    if (runs < 1) give_up("there is nothing to run");
    std::vector<Cost> our_costs, their_costs;
    run(ours); // both once for the caches
    run(theirs);
    for (int i = 0; i < runs; ++i) {
        our_costs.push_back(run(ours));
        their_costs.push_back(run(theirs));
    }
    const auto row = [&](const char* what, double Cost::*member, const char* unit) {
        print_row(words[1], what, median(our_costs, member), median(their_costs, member), unit);
    };
    row("wall", &Cost::wall_ms, "ms");
    row("CPU", &Cost::cpu_ms, "ms");
    row("memory", &Cost::memory_mib, "MiB");
    return 0;
}
