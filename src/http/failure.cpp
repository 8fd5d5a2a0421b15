#include "http/failure.hpp"

#include "codemate/base/text.hpp"
#include "codemate/http/obstacle.hpp"
#include "codemate/http/silence.hpp"

#include <cerrno>
#include <system_error>

namespace codemate::http {

std::string server_of(Url url) {
    url.path.clear();
    return url.text();
}

namespace {

std::string server(const Failure& failed) {
    return server_of(failed.request.url);
}

constexpr std::string_view no_answer = " did not answer", in_full = " in full";

// libcurl's words, else its name for the failure.
std::string words(const Failure& failed) {
    return printable(failed.text.empty() ? curl_easy_strerror(failed.code) : without_credentials(failed.text));
}

// Somebody is there. Of who was not reached the caller knows more: who that is, and how it is started.
constexpr const char* again =
    "run the command again; if it happens again, the log of that server, or of a proxy before it, may say why";

// "Failed to connect to 127.0.0.1 port 1 after 0 ms: …": how long it took is no part of what went wrong.
std::string without_span(std::string words) {
    const std::size_t begin = words.find(" after ");
    const std::size_t end = words.find(" ms:", begin);
    if (begin != std::string::npos && end != std::string::npos) words.erase(begin, end + 3 - begin);
    return words;
}

constexpr std::string_view hangs_up = " closed the connection without an answer";
constexpr std::string_view no_listener = "nothing is listening on ", not_reached = "cannot reach ",
                           no_connection = "no connection to ";
constexpr std::string_view unknown_host = "cannot find the host ", dead_proxy = "cannot reach the proxy ",
                           unknown_proxy = "cannot find the proxy ";

// "proxy.lan:3128", where libcurl's words name it as whom it tried: "Failed to connect to proxy.lan port 3128 after …".
// Empty: that was the server.
std::string proxy_in(const Failure& failed) {
    constexpr std::string_view begin = "Failed to connect to ", middle = " port ";
    const std::size_t at = failed.text.find(begin), between = failed.text.find(middle, at);
    if (at == std::string_view::npos || between == std::string_view::npos) return {};
    const std::string_view host = failed.text.substr(at + begin.size(), between - at - begin.size());
    std::string_view port = failed.text.substr(between + middle.size());
    port = port.substr(0, port.find_first_not_of("0123456789"));
    const Url& url = failed.request.url;
    if (equal_ignoring_case(host, url.host) && port == std::to_string(url.port)) return {};
    return printable(host, 200) + ":" + std::string(port);
}

Error of_proxy(const Failure& failed, const std::string& message) {
    const std::string scheme = failed.request.url.scheme == "https" ? "https_proxy" : "http_proxy";
    return Error(Kind::unreachable, message)
        .hint("start that proxy, unset " + scheme +
              " (or all_proxy), or exempt the host: NO_PROXY=" + printable(failed.request.url.host, 200));
}

Error not_connected(const Failure& failed) {
    const std::string proxy = proxy_in(failed);
    if (!proxy.empty()) {
        const std::string why = failed.os_error != 0 ? std::system_category().message(failed.os_error) : words(failed);
        return of_proxy(failed, std::string(dead_proxy) + proxy + " on the way to " + server(failed) + ": " +
                                    without_span(why));
    }
    // Without a proxy the words name the server's port.
    const bool to_server =
        failed.text.find("port " + std::to_string(failed.request.url.port) + ' ') != std::string_view::npos;
    if (failed.os_error == ECONNREFUSED && to_server) {
        return Error(Kind::unreachable, std::string(no_listener) + server(failed));
    }
    std::string why = without_span(words(failed));
    if (failed.os_error != 0 && to_server) why = std::system_category().message(failed.os_error);
    return Error(Kind::unreachable, std::string(not_reached) + server(failed) + ": " + why);
}

Error timed_out(const Failure& failed) {
    if (!failed.connected) {
        return Error(Kind::unreachable, std::string(no_connection) + server(failed) + " within " +
                                            to_text(failed.request.connect_timeout));
    }
    const std::string limit = failed.request.timeout ? " within " + to_text(*failed.request.timeout) : "";
    return Error(Kind::unreachable,
                 server(failed) + std::string(no_answer) + std::string(failed.answered ? in_full : "") + limit)
        .hint("it may be busy: try again a little later, and look at its log if that does not help");
}

Error cut(const Failure& failed) {
    if (!failed.answered) {
        return Error(Kind::unreachable, server(failed) + std::string(hangs_up)).hint(again);
    }
    const std::string bytes =
        std::to_string(failed.received.count()) + (failed.received.count() == 1 ? " byte" : " bytes");
    return Error(Kind::unreachable, "the connection to " + server(failed) + " was cut after " + bytes).hint(again);
}

// By OpenSSL's and libcurl's words, the only ones that tell.
const char* way_to_trust(const std::string& words) {
    const auto has = [&words](std::string_view mark) { return words.find(mark) != std::string::npos; };
    if (has("subject name") || has("does not match")) {
        return "it is for another name: write one of the names in the certificate in OLLAMA_HOST or --host";
    }
    if (has("expired") || has("not yet valid"))
        return "it has to be renewed, unless the clock of this machine is wrong";
    return "if it is signed by an authority of your own, name its certificate file in SSL_CERT_FILE";
}

Error no_trust(const Failure& failed) {
    const std::string why = words(failed);
    return Error(Kind::protocol, "the certificate of " + server(failed) + " is not trusted: " + why)
        .hint(way_to_trust(why));
}

Error no_tls(const Failure& failed) {
    return Error(Kind::protocol, "no secure connection to " + server(failed) + ": " + words(failed))
        .hint(std::string(no_tls_hint));
}

} // namespace

Silence silence_of(const Error& error) {
    const std::size_t at = error.message().find(no_answer);
    if (error.kind() != Kind::unreachable || at == std::string::npos) return Silence::none;
    const bool began = error.message().compare(at + no_answer.size(), in_full.size(), in_full) == 0;
    return began ? Silence::partly : Silence::whole;
}

Obstacle obstacle_of(const Error& error) {
    const auto says = [&](std::string_view words) { return error.message().find(words) != std::string::npos; };
    if (error.kind() != Kind::unreachable) return Obstacle::none;
    if (says(dead_proxy) || says(unknown_proxy)) return Obstacle::proxy;
    if (says(hangs_up)) return Obstacle::hangs_up;
    if (says(no_listener) || says(not_reached) || says(no_connection)) return Obstacle::connection;
    return says(unknown_host) ? Obstacle::name : Obstacle::none;
}

Error silent(const Request& request, ByteCount received) {
    return Error(Kind::unreachable, server_of(request.url) + " has sent nothing for " +
                                        to_text(request.silence.value_or(Duration::zero())) + ", after " +
                                        std::to_string(received.count()) + (received.count() == 1 ? " byte" : " bytes"))
        .hint(again);
}

Error failure(const Failure& failed) {
    switch (failed.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return Error(Kind::unreachable, std::string(unknown_host) + quoted(failed.request.url.host));
    case CURLE_COULDNT_RESOLVE_PROXY:
        return of_proxy(failed, std::string(unknown_proxy) + "for " + server(failed) + ": " + words(failed));
    case CURLE_COULDNT_CONNECT:
        return not_connected(failed);
    case CURLE_OPERATION_TIMEDOUT:
        return timed_out(failed);
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return cut(failed);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
        return no_trust(failed);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
        return no_tls(failed);
    case CURLE_SSL_CACERT_BADFILE:
        return Error(Kind::usage, "the certificates to trust cannot be read: " + words(failed))
            .hint("look at SSL_CERT_FILE and SSL_CERT_DIR");
    case CURLE_UNSUPPORTED_PROTOCOL: // "HTTP/0.9": what came has no status line
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
        return Error(Kind::protocol, "the answer of " + server(failed) + " is not HTTP: " + words(failed));
    case CURLE_URL_MALFORMAT:
    case CURLE_BAD_FUNCTION_ARGUMENT:
        return Error(Kind::defect, "libcurl refuses the request to " + server(failed) + ": " + words(failed));
    default:
        return Error(Kind::unreachable, "the exchange with " + server(failed) + " failed: " + words(failed));
    }
}

} // namespace codemate::http
