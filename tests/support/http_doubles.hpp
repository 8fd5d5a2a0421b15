#pragma once

#include "codemate/base/error.hpp"
#include "codemate/http/client.hpp"

#include <cstddef>
#include <filesystem>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

namespace codemate::test {

// What a real server answered once (tests/data/captures), whatever is asked now. The body of a success reaches the
// receiver in pieces of `piece` bytes, so that borders fall anywhere; 0: as it was sent.
class Replay final : public http::Client {
public:
    explicit Replay(const std::filesystem::path& capture, std::size_t piece = 0);

    using http::Client::send;
    http::Response send(const http::Request&, const http::Receiver&, Stop) override;

    const http::Response& whole() const { return whole_; }
    const std::vector<http::Request>& requests() const { return requests_; }

private:
    http::Response whole_; // with its body
    std::vector<std::string> pieces_;
    bool complete_ = true;
    std::vector<http::Request> requests_;
};

// Answers by a list, one a request, in their order; the last one again and again.
class Script final : public http::Client {
public:
    struct Silence {};                                      // one pulse
    using Step = std::variant<std::string, Silence, Error>; // bytes, nothing, the end by failure
    struct Answer {
        int status = 200;
        std::vector<Step> steps = {};
        std::vector<http::Header> headers = {};
    };

    explicit Script(std::vector<Answer> answers) : answers_(std::move(answers)) {}
    explicit Script(Answer answer) : Script(std::vector{std::move(answer)}) {}

    using http::Client::send;
    http::Response send(const http::Request&, const http::Receiver&, Stop) override;

    std::vector<http::Request> requests() const; // as they came

private:
    const Answer& next(const http::Request&);

    std::vector<Answer> answers_;
    mutable std::mutex mutex_;
    std::vector<http::Request> requests_;
};

} // namespace codemate::test
