#include "http/incoming.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>
#include <charconv>

namespace codemate::http {

namespace {

constexpr auto silence = std::chrono::milliseconds(250);
constexpr ByteCount header_limit{std::uint64_t{256} << 10};

SteadyTime steady_now() {
    return std::chrono::steady_clock::now();
}

bool is_success(int status) {
    return status / 100 == 2;
}

} // namespace

Incoming::Incoming(const Receiver& receiver, ByteCount body_limit)
    : receiver_(receiver), body_limit_(body_limit), last_sign_(steady_now()), last_byte_(last_sign_) {}

void Incoming::attach(const Easy& easy) {
    set(easy, CURLOPT_HEADERFUNCTION, &callback<&Incoming::take_header_line>);
    set(easy, CURLOPT_HEADERDATA, static_cast<void*>(this));
    set(easy, CURLOPT_WRITEFUNCTION, &callback<&Incoming::take_body>);
    set(easy, CURLOPT_WRITEDATA, static_cast<void*>(this));
}

template<void (Incoming::*Take)(std::string_view)>
std::size_t Incoming::callback(char* data, std::size_t size, std::size_t count, void* self) noexcept {
    auto& incoming = *static_cast<Incoming*>(self);
    const std::size_t bytes = size * count;
    try {
        (incoming.*Take)(std::string_view(data, bytes));
    } catch (...) {
        incoming.thrown_ = std::current_exception();
    }
    incoming.last_byte_ = steady_now();
    return incoming.thrown_ || incoming.dropped() ? 0 : bytes; // 0: libcurl ends the transfer
}

void Incoming::rethrow() const {
    if (thrown_) std::rethrow_exception(thrown_);
}

// "HTTP/1.1 200 OK": also after an interim answer such as 100, whose head this one replaces.
void Incoming::begin_head(std::string_view status_line) {
    response_ = {};
    head_complete_ = false;
    const auto parts = status_line.substr(std::min(status_line.find(' '), status_line.size()));
    const auto text = trimmed(parts);
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), response_.status);
    if (problem != std::errc{}) response_.status = 0;
    response_.reason = trimmed(text.substr(static_cast<std::size_t>(end - text.data())));
}

void Incoming::take_header_line(std::string_view line) {
    last_sign_ = steady_now();
    header_bytes_ += ByteCount(line.size());
    if (header_bytes_ > header_limit) {
        throw Error(Kind::protocol, "the head of the answer is longer than " + to_string(header_limit));
    }
    if (line.starts_with("HTTP/")) return begin_head(trimmed(line));
    if (trimmed(line).empty()) {
        head_complete_ = true;
        return;
    }
    const auto colon = line.find(':');
    if (head_complete_ || colon == std::string_view::npos)
        return; // trailers of a chunked body tell nothing of interest
    response_.headers.push_back({std::string(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1)))});
}

bool Incoming::wanted_by_receiver() const {
    return receiver_ && is_success(response_.status);
}

void Incoming::take_body(std::string_view bytes) {
    const SteadyTime now = steady_now();
    last_sign_ = now;
    received_ += ByteCount(bytes.size());
    if (wanted_by_receiver()) return hand_over({bytes, now});
    if (received_ > body_limit_) {
        throw Error(Kind::protocol, "the answer is longer than " + to_string(body_limit_));
    }
    response_.body.append(bytes);
}

void Incoming::hand_over(const Piece& piece) {
    if (receiver_(response_, piece) == Flow::drop) response_.dropped = true;
}

void Incoming::beat() {
    const SteadyTime now = steady_now();
    if (now - last_sign_ < silence) return;
    last_sign_ = now;
    if (receiver_ && (response_.status == 0 || is_success(response_.status))) hand_over({{}, now});
}

Duration Incoming::silent_for() const {
    return steady_now() - last_byte_;
}

Duration Incoming::until_next_beat() const {
    return std::max<Duration>(silence - (steady_now() - last_sign_), Duration::zero());
}

} // namespace codemate::http
