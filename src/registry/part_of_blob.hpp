#pragma once

#include "codemate/http/client.hpp"
#include "codemate/registry/registry.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace codemate::registry {

std::string range_header(ByteRange); // of at least one byte; throws Error{defect} where it ends beyond all numbers

// "bytes 5-8/12" of an answer; nothing for another unit, an unsatisfied range, or what is none.
std::optional<ByteRange> parse_content_range(std::string_view);
std::optional<std::uint64_t> parse_whole_size(std::string_view); // 12 of it; nothing for "bytes 5-8/*", or what is none

// As of a proxy or a login; a registry has no name for what it sends, or an own one.
bool is_page(const http::Response&);

// The part of a blob that was asked for, while it comes. What passes is exactly this part, in larger pieces than those
// of the wire, because who sends it on pays for each one, but none is kept back for long.
class PartOfBlob {
public:
    using Take = std::function<http::Flow(std::string_view)>;

    PartOfBlob(ByteRange wanted, std::string what, std::string host, const Take& take)
        : wanted_(wanted), what_(std::move(what)), host_(std::move(host)), take_(take) {}

    http::Flow add(const http::Response& head, std::string_view); // throws Error{protocol} for another part or thing
    void finish();                                                // throws Error{unreachable} if it is not complete

private:
    void check(const http::Response& head);
    void check_whole(std::optional<std::uint64_t> size) const;
    bool is_due() const;
    bool pass_on(); // false: no more is wanted

    const ByteRange wanted_;
    const std::string what_, host_;
    const Take& take_;
    std::uint64_t got_ = 0;
    bool checked_ = false;
    bool ends_by_itself_ = false; // so that the connection can be used again
    bool dropped_ = false;
    std::string piece_;
    SteadyTime passed_on_{};
};

} // namespace codemate::registry
