// What a proxy, a gateway or a login page says in the server's place.
#include "ollama/error_text.hpp"

#include "codemate/base/text.hpp"
#include "codemate/ollama/between.hpp"

#include <algorithm>
#include <array>

namespace codemate::ollama {
namespace {

struct Row {
    int status;
    Kind kind;
    std::string_view meaning; // the status and its words are put behind it
    std::string_view hint;
};

constexpr std::array table{
    Row{401, Kind::unauthorised, "what stands before the server wants credentials",
        "set OLLAMA_API_KEY, or put a login for that host into ~/.netrc; both are sent to https addresses only, and "
        "one "
        "that is set was not accepted"},
    Row{403, Kind::forbidden, "what stands before the server forbids this request",
        "its rules have to let this client through, with GET, HEAD, POST and DELETE below /api/"},
    Row{407, Kind::unauthorised, "a proxy on the way wants a login",
        "write it into the proxy's address, http_proxy=http://USER:PASSWORD@HOST:PORT, or pass the proxy by with "
        "NO_PROXY"},
    Row{413, Kind::protocol, "what stands before the server takes no request of this size",
        "raise its limit; of nginx that is client_max_body_size"},
    Row{502, Kind::unreachable, "what stands before the server does not reach it",
        "is the server running, and at the address that stands in the settings of the proxy?"},
    Row{504, Kind::unreachable, "what stands before the server did not wait for its answer",
        "let it wait longer, of nginx proxy_read_timeout: a large model takes minutes to be loaded or verified"},
};

bool only_proxies_say(int status) {
    return status == 407 || status == 413 || status == 502 || status == 504;
}

} // namespace

bool wants_https(std::string_view body) {
    constexpr std::array marks{"to HTTPS port", "to an HTTPS server", "plain HTTP to an SSL-enabled"};
    return std::ranges::any_of(marks, [body](const char* mark) { return body.find(mark) != body.npos; });
}

bool looks_like_html(std::string_view body) {
    return trimmed(body).starts_with('<');
}

std::optional<Error> error_between(const http::Response& answer, std::string_view source) {
    if (answer.status == 400 && wants_https(answer.body)) {
        return Error(Kind::protocol, std::string(source) + " speaks https, and was asked by http")
            .hint("write https:// in OLLAMA_HOST or --host");
    }
    if (!looks_like_html(answer.body) && !only_proxies_say(answer.status)) return std::nullopt;
    const auto row = std::ranges::find(table, answer.status, &Row::status);
    if (row == table.end()) return std::nullopt;
    const std::string words = std::to_string(answer.status) + ' ' + printable(answer.reason);
    return Error(row->kind, std::string(row->meaning) + ": " + std::string(trimmed(words)))
        .hint(std::string(row->hint));
}

} // namespace codemate::ollama
