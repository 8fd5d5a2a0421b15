#include "http/outgoing.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::http {

namespace {

constexpr long keep_alive_seconds = 30;

long milliseconds(Duration duration) {
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
    return static_cast<long>(std::max<std::chrono::milliseconds::rep>(rounded, 1)); // 0 would mean libcurl's default
}

bool has_header(const Request& request, std::string_view name) {
    return std::ranges::any_of(request.headers,
                               [&](const Header& header) { return equal_ignoring_case(header.name, name); });
}

void check(const Header& header) {
    constexpr std::string_view breaks("\r\n\0", 3);
    if (header.name.empty() || header.name.find_first_of(breaks) != std::string::npos ||
        header.value.find_first_of(breaks) != std::string::npos) {
        throw Error(Kind::defect, "a header of a request is broken: " + quoted(header.name)); // its value may be secret
    }
}

// A list entry "Name:" would remove a header, "Name;" sends an empty one.
List header_list(const Request& request) {
    List list;
    for (const auto& header : request.headers) {
        check(header);
        append(list, header.value.empty() ? header.name + ';' : header.name + ": " + header.value);
    }
    append(list, "Expect:"); // never wait for "100 Continue": few servers say it
    if ((!request.body.empty() || request.upload) && !has_header(request, "Content-Type"))
        append(list, "Content-Type:");
    return list;
}

// A body goes with every method: Ollama's DELETE has one.
void set_method(const Easy& easy, const Request& request) {
    const bool has_body = !request.body.empty() || request.method == "POST" || request.method == "PUT";
    if (request.upload) return; // Outgoing says it all
    if (request.method == "HEAD") {
        set(easy, CURLOPT_NOBODY, 1L);
    } else if (has_body) {
        set(easy, CURLOPT_POST, 1L);
        set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        set(easy, CURLOPT_POSTFIELDS, request.body.data());
    } else {
        set(easy, CURLOPT_HTTPGET, 1L);
    }
    if (request.method != "HEAD") set(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void set_address(const Easy& easy, const Url& url) {
    set(easy, CURLOPT_URL, url.text().c_str()); // copied
    set(easy, CURLOPT_PATH_AS_IS, 1L);
    set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy, CURLOPT_FOLLOWLOCATION, 0L); // a redirect turns POST into GET; what it means is for the caller to say
    set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    // Proxies come from the environment by libcurl's rules (http_proxy, https_proxy, all_proxy, no_proxy), but this
    // machine is never behind one.
    if (url.is_loopback()) set(easy, CURLOPT_PROXY, "");
}

void set_patience(const Easy& easy, const Request& request) {
    set(easy, CURLOPT_NOSIGNAL, 1L); // several threads, and signals belong to main
    set(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.connect_timeout));
    set(easy, CURLOPT_TIMEOUT_MS, request.timeout ? milliseconds(*request.timeout) : 0L);
    set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    set(easy, CURLOPT_TCP_KEEPIDLE, keep_alive_seconds);
    set(easy, CURLOPT_TCP_KEEPINTVL, keep_alive_seconds);
    set(easy, CURLOPT_BUFFERSIZE, static_cast<long>(request.read_buffer.count()));
#if LIBCURL_VERSION_NUM >= 0x075700
    set(easy, CURLOPT_QUICK_EXIT, 1L); // a stop does not wait for a name server that does not answer
#endif
}

// A proxy that is spoken to by https is judged by the same certificates.
void set_trust(const Easy& easy, const Trust& trust) {
    if (!trust.file.empty()) {
        set(easy, CURLOPT_CAINFO, trust.file.c_str());
        set(easy, CURLOPT_PROXY_CAINFO, trust.file.c_str());
    }
    if (!trust.directory.empty()) {
        set(easy, CURLOPT_CAPATH, trust.directory.c_str());
        set(easy, CURLOPT_PROXY_CAPATH, trust.directory.c_str());
    }
}

} // namespace

List prepare(const Easy& easy, const Request& request, const ClientOptions& options, const Trust& trust) {
    set_address(easy, request.url);
    set_method(easy, request);
    set_patience(easy, request);
    if (!options.user_agent.empty()) set(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
    set_trust(easy, trust);
    List headers = header_list(request);
    set(easy, CURLOPT_HTTPHEADER, headers.get());
    return headers;
}

} // namespace codemate::http
