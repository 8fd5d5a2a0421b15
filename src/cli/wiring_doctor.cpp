// Of the wiring: what only a diagnosis asks for.
#include "cli/wiring.hpp"

#include <algorithm>
#include <string_view>
#include <unistd.h>

namespace codemate::cli {
namespace {

constexpr ByteCount short_answer(std::uint64_t{64} << 10); // a login page has its place in it

} // namespace

http::Response Wiring::knock(Duration patience, Stop stop) {
    http::Request request;
    request.url = endpoint() / "api/version";
    request.headers.push_back({"Accept", "application/json"});
    if (const std::string login = authorization(endpoint()); !login.empty())
        request.headers.push_back({"Authorization", login});
    request.connect_timeout = std::min<Duration>(patience, std::chrono::seconds(2));
    request.timeout = patience;
    request.body_limit = short_answer;
    return client().send(request, std::move(stop));
}

std::map<std::string, std::string, std::less<>> Wiring::environment() const {
    std::map<std::string, std::string, std::less<>> all;
    for (char** each = ::environ; each != nullptr && *each != nullptr; ++each) {
        const std::string_view line(*each);
        const std::size_t equals = line.find('=');
        if (equals != line.npos) all.emplace(line.substr(0, equals), line.substr(equals + 1));
    }
    return all;
}

} // namespace codemate::cli
