#include "support/http_doubles.hpp"

#include "codemate/base/files.hpp"
#include "codemate/json/read.hpp"

#include <algorithm>

namespace codemate::test {

namespace {

SteadyTime now() {
    return std::chrono::steady_clock::now();
}

std::vector<std::string> cut(const std::string& body, std::size_t piece) {
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < body.size(); at += piece)
        pieces.push_back(body.substr(at, piece));
    return pieces;
}

// Gives the bytes to whom the real client would give them. False: the receiver wants no more.
bool deliver(http::Response& answer, const http::Receiver& receiver, std::string_view bytes) {
    const bool success = answer.status / 100 == 2;
    if (receiver && success) {
        answer.dropped = receiver(answer, {bytes, now()}) == http::Flow::drop;
        return !answer.dropped;
    }
    answer.body.append(bytes);
    return true;
}

} // namespace

Replay::Replay(const std::filesystem::path& capture, std::size_t piece) {
    const auto text = read_file(capture, ByteCount(std::uint64_t{16} << 20));
    const auto document = json::read(text, capture.string());
    const auto answer = json::Cursor(document.root, capture.native()).at("response");
    whole_.status = static_cast<int>(answer.at("status").unsigned_integer());
    whole_.reason = answer.at("reason").string();
    for (const auto& header : answer.at("headers").elements()) {
        whole_.headers.push_back({header.elements().at(0).string(), header.elements().at(1).string()});
    }
    for (const auto& chunk : answer.at("chunks").elements())
        pieces_.push_back(chunk.elements().at(1).string());
    for (const auto& each : pieces_)
        whole_.body += each;
    if (piece > 0) pieces_ = cut(whole_.body, piece);
    complete_ = answer.at("end").string() == "complete";
}

http::Response Replay::send(const http::Request& request, const http::Receiver& receiver, Stop stop) {
    throw_if_stopped(stop);
    requests_.push_back(request);
    http::Response answer = whole_;
    answer.body.clear();
    for (const auto& each : pieces_) {
        throw_if_stopped(stop);
        if (!deliver(answer, receiver, each)) return answer;
    }
    if (!complete_) throw Error(Kind::unreachable, "the connection was cut");
    return answer;
}

namespace {

std::string body_of(const http::Upload& upload) {
    std::string body(upload.size, '\0');
    for (std::uint64_t offset = 0; offset < upload.size;)
        offset += upload.read(offset,
                              std::span(body).subspan(offset, std::min<std::uint64_t>(64 << 10, upload.size - offset)));
    return body;
}

} // namespace

const Script::Answer& Script::next(const http::Request& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    if (request.upload) requests_.back().body = body_of(*request.upload);
    return answers_.at(std::min(requests_.size(), answers_.size()) - 1);
}

http::Response Script::send(const http::Request& request, const http::Receiver& receiver, Stop stop) {
    throw_if_stopped(stop);
    const Answer& script = next(request);
    http::Response answer;
    answer.status = script.status;
    answer.headers = script.headers;
    for (const auto& step : script.steps) {
        throw_if_stopped(stop);
        if (const auto* error = std::get_if<Error>(&step)) throw *error;
        const auto* bytes = std::get_if<std::string>(&step);
        if (!deliver(answer, receiver, bytes ? std::string_view(*bytes) : std::string_view())) return answer;
    }
    throw_if_stopped(stop);
    return answer;
}

std::vector<http::Request> Script::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

} // namespace codemate::test
