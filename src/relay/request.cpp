#include "relay/request.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <charconv>

namespace codemate::relay {

namespace {

// The text before the mark, which is taken off with it; nothing without one.
std::optional<std::string_view> take_to(std::string_view& text, std::string_view mark) {
    const auto end = text.find(mark);
    if (end == std::string_view::npos) return std::nullopt;
    const auto taken = text.substr(0, end);
    text.remove_prefix(end + mark.size());
    return taken;
}

bool parse_first_line(std::string_view line, Request& request) {
    const auto method = take_to(line, " ");
    const auto path = method ? take_to(line, " ") : std::nullopt;
    if (!path || !path->starts_with('/')) return false;
    if (*method != "GET" && *method != "HEAD") return false;
    if (line != "HTTP/1.1" && line != "HTTP/1.0") return false;
    request.method = *method == "GET" ? Request::Method::get : Request::Method::head;
    request.path = *path;
    if (line == "HTTP/1.0") request.then = Request::Then::close;
    return true;
}

bool parse_header(std::string_view line, Request& request) {
    const auto name = take_to(line, ":");
    if (!name || name->empty() || name->find_first_of(" \t") != std::string_view::npos) return false;
    const auto value = trimmed(line);
    const auto is = [&](std::string_view other) { return equal_ignoring_case(*name, other); };
    if (is("Transfer-Encoding") || (is("Content-Length") && value != "0")) return false; // a body
    if (is("Connection") && equal_ignoring_case(value, "close")) request.then = Request::Then::close;
    if (is("User-Agent")) request.by_transfer_client = value.starts_with("ollama-transfer/");
    if (is("Range")) request.range = request.range ? *request.range + ',' + std::string(value) : std::string(value);
    return true;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<registry::ByteRange> last_bytes(std::string_view text, std::uint64_t size) {
    const auto wanted = parse_number(text);
    if (!wanted || *wanted == 0 || size == 0) return std::nullopt;
    const std::uint64_t count = std::min(*wanted, size);
    return registry::ByteRange{size - count, count};
}

} // namespace

std::optional<Request> parse_request(std::string_view head) {
    Request request;
    std::string_view rest = head;
    const auto first = take_to(rest, "\r\n");
    if (!parse_first_line(first.value_or(head), request)) return std::nullopt;
    if (!first) return request; // no headers at all
    for (auto line = take_to(rest, "\r\n"); line; line = take_to(rest, "\r\n")) {
        if (!parse_header(*line, request)) return std::nullopt;
    }
    return parse_header(rest, request) ? std::optional(request) : std::nullopt;
}

std::optional<registry::ByteRange> parse_range(std::string_view header, std::uint64_t size) {
    constexpr std::string_view unit = "bytes=";
    if (!header.starts_with(unit)) return std::nullopt;
    header.remove_prefix(unit.size());
    const auto before = take_to(header, "-");
    if (!before) return std::nullopt;
    if (before->empty()) return last_bytes(header, size);
    const auto first = parse_number(*before);
    if (!first || *first >= size) return std::nullopt;
    if (header.empty()) return registry::ByteRange{*first, size - *first};
    const auto last = parse_number(header);
    if (!last || *last < *first) return std::nullopt;
    return registry::ByteRange{*first, std::min(*last, size - 1) - *first + 1};
}

} // namespace codemate::relay
