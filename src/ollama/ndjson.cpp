#include "ollama/ndjson.hpp"

#include "codemate/base/error.hpp"

#include <utility>

namespace codemate::ollama {

namespace {

constexpr ByteCount longest_line{std::uint64_t{16} << 20}; // Ollama's own client stops at 8 MB

std::string_view without_return(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

} // namespace

Flow LineSplitter::feed(std::string_view bytes, const std::function<Flow(std::string_view)>& on_line) {
    for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
        std::string_view line = bytes.substr(0, end);
        bytes.remove_prefix(end + 1);
        std::string whole; // only of a line that came in several pieces
        if (!begun_.empty()) line = (whole = std::exchange(begun_, {})).append(line);
        line = without_return(line);
        if (!line.empty() && on_line(line) == Flow::drop) return Flow::drop;
    }
    if (ByteCount(begun_.size() + bytes.size()) > longest_line) {
        throw Error(Kind::protocol, "a line of the answer is longer than " + to_string(longest_line));
    }
    begun_.append(bytes);
    return Flow::go_on;
}

} // namespace codemate::ollama
