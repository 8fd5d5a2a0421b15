#pragma once

#include "codemate/http/client.hpp"
#include "codemate/registry/registry.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::test {

// The whole web as a function, for what is told by who is asked what with which credentials: several hosts, https,
// order of no matter.
class Site final : public http::Client {
public:
    using Handler = std::function<http::Response(const http::Request&)>;

    explicit Site(Handler handler) : handler_(std::move(handler)) {}

    using http::Client::send;
    http::Response send(const http::Request& request, const http::Receiver& receiver, Stop stop) override {
        throw_if_stopped(stop);
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
        }
        http::Response answer = handler_(request);
        if (request.method == "HEAD") answer.body.clear();
        if (!receiver || answer.status / 100 != 2) return answer;
        const std::string body = std::move(answer.body);
        answer.body.clear();
        if (receiver(answer, {body, {}}) == http::Flow::drop) answer.dropped = true;
        return answer;
    }

    std::vector<http::Request> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }
    // "GET https://host:443/path", one a request.
    std::vector<std::string> lines() const {
        std::vector<std::string> lines;
        for (const auto& request : requests())
            lines.push_back(request.method + ' ' + request.url.text());
        return lines;
    }

private:
    Handler handler_;
    mutable std::mutex mutex_;
    std::vector<http::Request> requests_;
};

inline std::string header(const http::Request& request, std::string_view name) {
    for (const auto& header : request.headers) {
        if (header.name == name) return header.value;
    }
    return {};
}

inline http::Response reply(int status, std::string body = {}, std::vector<http::Header> headers = {}) {
    http::Response answer;
    answer.status = status;
    answer.body = std::move(body);
    answer.headers = std::move(headers);
    return answer;
}

inline http::Response challenge(std::string text) {
    return reply(401, {}, {{"WWW-Authenticate", std::move(text)}});
}

// A small image as Ollama's registry serves it.
inline const std::string manifest = [] {
    const std::string config = R"({"model_format":"gguf"})", weights = "weights";
    return R"({"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":)"
           R"("application/vnd.docker.container.image.v1+json","digest":")" +
           Digest::of(config).text() + R"(","size":)" + std::to_string(config.size()) +
           R"(},"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":")" + Digest::of(weights).text() +
           R"(","size":)" + std::to_string(weights.size()) + "}]}";
}();

} // namespace codemate::test
