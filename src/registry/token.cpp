#include "registry/token.hpp"

#include "registry/error_text.hpp"
#include "registry/hosts.hpp"
#include "registry/url_reference.hpp"

#include "codemate/base/base64.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"

#include <algorithm>

namespace codemate::registry {

namespace {

constexpr ByteCount answer_limit(std::uint64_t{64} << 10);
constexpr auto patience = std::chrono::seconds(30);

bool by_identity(const TokenRequest& asked) {
    return asked.credentials && !asked.credentials->identity_token.empty();
}

std::string form(const std::vector<http::Header>& fields) {
    std::string text;
    for (const auto& field : fields)
        text.append(text.empty() ? "" : "&").append(field.name).append("=").append(percent_encoded(field.value));
    return text;
}

http::Request question(const TokenRequest& asked) {
    http::Request request;
    request.timeout = patience;
    request.body_limit = answer_limit;
    request.headers.push_back({"Accept", "application/json"});
    request.url = asked.realm;
    if (by_identity(asked)) {
        request.method = "POST";
        request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
        request.body = form({{"grant_type", "refresh_token"},
                             {"service", asked.service},
                             {"client_id", "codemate"},
                             {"scope", joined(asked.scopes, " ")},
                             {"refresh_token", asked.credentials->identity_token}});
        return request;
    }
    if (!asked.service.empty()) request.url = with_parameter(request.url, "service", asked.service);
    for (const auto& scope : asked.scopes)
        request.url = with_parameter(request.url, "scope", scope);
    if (asked.credentials) request.headers.push_back({"Authorization", basic(*asked.credentials)});
    return request;
}

std::string token_in(std::string_view body, const std::string& host) {
    const std::string source = "the token service " + host;
    std::string token;
    try {
        const json::Document document = json::read(body, source);
        for (const auto* key : {"token", "access_token"}) {
            const json::Value* member = document.root.find(key);
            if (token.empty() && member && member->string()) token = *member->string();
        }
    } catch (const Error&) { // its message could quote the token
        throw protocol_error(source + " does not answer with JSON");
    }
    if (!is_token(token)) throw protocol_error(source + " answers without a token");
    return token;
}

} // namespace

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

std::string basic(const Credentials& who) {
    return "Basic " + to_base64(who.user + ':' + who.password);
}

std::string fetch_token(http::Client& client, const TokenRequest& asked, Stop stop) {
    const std::string host = shown(asked.realm);
    const http::Response answer = client.send(question(asked), std::move(stop));
    if (answer.status / 100 == 2) return token_in(answer.body, host);
    const std::string what = asked.credentials ? "a token with these credentials" : "a token without credentials";
    if ((answer.status == 401 || answer.status == 403 || answer.status == 400) && asked.credentials)
        throw credentials_refused("a token", host);
    if (answer.status == 401 || answer.status == 403) throw no_credentials("a token", host);
    // Its words are not shown: they may be about what it was sent.
    http::Response bare;
    bare.status = answer.status;
    bare.headers = answer.headers;
    throw answer_error(bare, what, "the token service " + host, {});
}

} // namespace codemate::registry
