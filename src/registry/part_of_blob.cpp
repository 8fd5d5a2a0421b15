#include "registry/part_of_blob.hpp"

#include "registry/error_text.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <charconv>

namespace codemate::registry {

namespace {

constexpr std::size_t piece_size = std::size_t{256} << 10;
constexpr auto longest_kept = std::chrono::milliseconds(100);

SteadyTime steady_now() {
    return std::chrono::steady_clock::now();
}

// Takes a number off the text's front.
std::optional<std::uint64_t> take_number(std::string_view& text) {
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
    const auto number = take_number(text);
    return text.empty() ? number : std::nullopt;
}

} // namespace

bool is_page(const http::Response& head) {
    constexpr std::string_view page = "text/html";
    const std::string* type = head.header("Content-Type");
    return type != nullptr && equal_ignoring_case(std::string_view(*type).substr(0, page.size()), page);
}

std::string range_header(ByteRange range) {
    if (range.count == 0 || range.count - 1 > UINT64_MAX - range.first)
        throw Error(Kind::defect, "a part of a blob that cannot be");
    return "bytes=" + std::to_string(range.first) + '-' + std::to_string(range.first + (range.count - 1));
}

std::optional<ByteRange> parse_content_range(std::string_view text) {
    constexpr std::string_view unit = "bytes ";
    if (!text.starts_with(unit)) return std::nullopt;
    text.remove_prefix(unit.size());
    const auto first = take_number(text);
    if (!first || !text.starts_with('-')) return std::nullopt;
    text.remove_prefix(1);
    const auto last = take_number(text);
    if (!last || !text.starts_with('/') || *last < *first || *last - *first == UINT64_MAX) return std::nullopt;
    return ByteRange{*first, *last - *first + 1};
}

std::optional<std::uint64_t> parse_whole_size(std::string_view text) {
    if (!parse_content_range(text)) return std::nullopt;
    return whole_number(text.substr(text.find('/') + 1));
}

// What ends early may go on in a moment; what is stated to end before is another thing than the blob, and stays so.
void PartOfBlob::check_whole(std::optional<std::uint64_t> size) const {
    if (size && *size < wanted_.first + wanted_.count) throw too_short(what_, host_, *size);
}

void PartOfBlob::check(const http::Response& head) {
    checked_ = true;
    if (is_page(head)) throw a_page(what_, host_);
    const std::string* stated = head.header("Content-Length");
    if (head.status == 200 && wanted_.first == 0) // the whole: its beginning is what is wanted
        return check_whole(stated ? whole_number(*stated) : std::nullopt);
    const std::string* text = head.header("Content-Range");
    const auto range = text ? parse_content_range(*text) : std::nullopt;
    if (head.status != 206 || !range || range->first != wanted_.first) throw another_part(what_, host_);
    check_whole(parse_whole_size(*text));
    ends_by_itself_ = stated && *stated == std::to_string(wanted_.count);
}

http::Flow PartOfBlob::add(const http::Response& head, std::string_view bytes) {
    if (!checked_) check(head);
    bytes = bytes.substr(0, std::min<std::uint64_t>(bytes.size(), wanted_.count - got_));
    got_ += bytes.size();
    piece_.reserve(piece_size);
    while (!bytes.empty()) {
        const auto some = bytes.substr(0, piece_size - piece_.size());
        piece_.append(some);
        bytes.remove_prefix(some.size());
        if (piece_.size() == piece_size && !pass_on()) return http::Flow::drop;
    }
    const bool complete = got_ == wanted_.count;
    if ((complete || is_due()) && !pass_on()) return http::Flow::drop;
    return complete && !ends_by_itself_ ? http::Flow::drop : http::Flow::go_on;
}

bool PartOfBlob::is_due() const {
    return steady_now() - passed_on_ > longest_kept;
}

bool PartOfBlob::pass_on() {
    if (!piece_.empty() && !dropped_) dropped_ = take_(piece_) == http::Flow::drop;
    piece_.clear();
    passed_on_ = steady_now();
    return !dropped_;
}

void PartOfBlob::finish() {
    if (!dropped_ && got_ < wanted_.count) throw ended_early(what_, host_, got_, wanted_.count);
}

} // namespace codemate::registry
