#include "registry/upload_answers.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <charconv>

namespace codemate::registry {

namespace {

bool is_success(const http::Response& answer) {
    return answer.status / 100 == 2;
}

bool is_gone(const http::Response& answer) {
    return answer.status == 404 || answer.status == 410 || answer.status == 400 || answer.status == 416;
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

} // namespace

std::optional<ByteCount> parse_uploaded(std::string_view text) {
    text = trimmed(text);
    if (text.starts_with("bytes=")) text.remove_prefix(6);
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto first = number(text.substr(0, dash)), last = number(text.substr(dash + 1));
    if (!first || !last || *first != 0 || *last == UINT64_MAX) return std::nullopt;
    return ByteCount(*last == 0 ? 0 : *last + 1);
}

std::optional<ByteCount> stated_range(const http::Response& answer) {
    const std::string* range = answer.header("Range");
    return range ? parse_uploaded(*range) : std::nullopt;
}

// docker-registry says it with an "unknown error" of its file system: "Err":28 is ENOSPC.
bool is_out_of_space(const http::Response& answer) {
    if (answer.status == 507) return true;
    return answer.status == 500 && (answer.body.find("\"Err\":28") != std::string::npos ||
                                    answer.body.find("no space left on device") != std::string::npos);
}

bool is_too_large(const http::Response& answer) {
    return answer.status == 413;
}

ByteCount stated_least_part(const http::Response& answer) {
    const std::string* text = answer.header("OCI-Chunk-Min-Length");
    const auto value = text ? number(trimmed(*text)) : std::nullopt;
    return ByteCount(value.value_or(0));
}

Step next_step(std::uint64_t there, ByteCount size, const Manners& manners, ByteCount least) {
    if (there == size.count()) return Step::finish;
    if (!manners.takes_parts) return Step::whole;
    return there == 0 && size <= std::max(manners.part, least) ? Step::small : Step::part;
}

Begun after_begin(const http::Response& answer, bool mounts) {
    if (mounts && answer.status == 201) return Begun::mounted;
    if (mounts && !is_success(answer)) return Begun::not_mounted;
    if (answer.status == 404 || answer.status == 410) return Begun::no_pushes;
    if (!is_success(answer)) return Begun::refused;
    return answer.header("Location") ? Begun::upload : Begun::nowhere;
}

HowFar after_question(const http::Response& answer, ByteCount size) {
    if (answer.status >= 500 || answer.status == 429) return HowFar::refused;
    const auto there = is_success(answer) ? stated_range(answer) : std::nullopt;
    return there && *there <= size ? HowFar::stated : HowFar::lost;
}

AfterPart after_part(const http::Response& answer) {
    if (is_success(answer)) return AfterPart::taken;
    if (is_too_large(answer)) return AfterPart::too_large;
    if (answer.status == 405 || answer.status == 501) return AfterPart::takes_no_parts;
    if (answer.status == 416) return AfterPart::not_there;
    return is_gone(answer) ? AfterPart::lost : AfterPart::refused;
}

AfterEnd after_end(const http::Response& answer, const Digest& digest) {
    if (answer.status == 400 && answer.body.find("DIGEST_INVALID") != std::string::npos) return AfterEnd::wrong_digest;
    if (is_gone(answer)) return AfterEnd::lost;
    if (!is_success(answer)) return AfterEnd::refused;
    if (const auto stated = stated_digest(answer)) return *stated == digest ? AfterEnd::taken : AfterEnd::other_digest;
    return answer.status == 201 ? AfterEnd::taken : AfterEnd::unconfirmed;
}

std::optional<Digest> stated_digest(const http::Response& answer) {
    const std::string* stated = answer.header("Docker-Content-Digest");
    return stated ? Digest::parse(trimmed(*stated)) : std::nullopt;
}

} // namespace codemate::registry
