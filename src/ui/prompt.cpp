#include "codemate/ui/prompt.hpp"

#include "codemate/base/text.hpp"

#include <array>
#include <cerrno>
#include <poll.h>
#include <string>
#include <unistd.h>

namespace codemate::ui {
namespace {

// How long a stop may go unnoticed while nobody types.
constexpr int beat_ms = 50;
constexpr std::size_t longest_answer = 1000;

bool is_readable(int input) {
    pollfd wait{input, POLLIN, 0};
    return ::poll(&wait, 1, beat_ms) > 0;
}

// Where the answer does not end with its line, as after Ctrl-C and Ctrl-D, what is written next begins a new one.
std::string read_line(int input, Out& out, const Stop& stop) {
    std::string line;
    while (line.size() < longest_answer) {
        if (stop.stop_requested()) out.write("\n");
        throw_if_stopped(stop);
        if (!is_readable(input)) continue;
        char byte = 0;
        const ssize_t got = ::read(input, &byte, 1);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got > 0 && byte == '\n') return line;
        if (got <= 0) break;
        line += byte;
    }
    out.write("\n");
    return line;
}

} // namespace

bool ask(std::string_view question, Out& out, int input, Stop stop) {
    out.write(std::string(question) + " [y/N] ");
    const std::string answer = to_lower(trimmed(read_line(input, out, stop)));
    return answer == "y" || answer == "yes";
}

bool ask_to_type(std::string_view word, std::string_view question, Out& out, int input, Stop stop) {
    out.write(std::string(question) + " Type " + std::string(word) + " to confirm: ");
    return trimmed(read_line(input, out, stop)) == word;
}

} // namespace codemate::ui
