#include "cli/commands/benchmark/asked.hpp"

#include "cli/values.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"

#include <array>
#include <cerrno>
#include <poll.h>
#include <unistd.h>

namespace codemate::cli::benchmark {
namespace {

constexpr int most_at_once = 256;
constexpr std::size_t most_requests = 10'000; // each is remembered
constexpr ByteCount longest_prompt(std::uint64_t{4} << 20U);
constexpr int beat_ms = 50; // how long a stop may go unnoticed while nothing comes

Error too_long(const std::string& what) {
    return Error(Kind::usage, "--prompt: " + what + " is longer than " + to_string(longest_prompt));
}

std::string standard_input(const Stop& stop) {
    std::string text;
    std::array<char, 65536> buffer{};
    for (;;) {
        throw_if_stopped(stop);
        pollfd wait{STDIN_FILENO, POLLIN, 0};
        if (::poll(&wait, 1, beat_ms) == 0) continue;
        const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got < 0) throw_errno(errno, "read", "the standard input");
        if (got == 0) return text;
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (text.size() > longest_prompt.count()) throw too_long("the standard input");
    }
}

} // namespace

std::vector<std::size_t> concurrency(const std::string& value, std::size_t runs) {
    std::vector<std::size_t> levels;
    for (const std::string_view word : split(value, ',')) {
        const auto level = static_cast<std::size_t>(number("--concurrency", std::string(word), 1, most_at_once));
        if (!levels.empty() && level <= levels.back())
            throw Error(Kind::usage, "--concurrency: " + quoted(value) + " is not ascending").hint("as in 1,2,4,8");
        levels.push_back(level);
    }
    if (levels.back() * runs > most_requests)
        throw Error(Kind::usage, "--concurrency: " + std::to_string(runs) + " runs of each of " +
                                     std::to_string(levels.back()) + " are more than " + std::to_string(most_requests) +
                                     " requests")
            .hint("ask for fewer --runs");
    return levels;
}

std::string prompt(const std::string& file, const Stop& stop) {
    std::string text = file == "-" ? standard_input(stop) : read_file(file, longest_prompt);
    const std::string what = file == "-" ? "the standard input" : quoted(file);
    if (text.ends_with('\n')) text.pop_back();
    if (trimmed(text).empty()) throw Error(Kind::usage, "--prompt: there is no text in " + what);
    if (text.find('\0') != std::string::npos) throw Error(Kind::usage, "--prompt: " + what + " is no text");
    return text;
}

} // namespace codemate::cli::benchmark
