#include "lifecycle/doctor/proxy.hpp"

#include "lifecycle/doctor/checks.hpp"
#include "lifecycle/doctor/findings.hpp"
#include "lifecycle/doctor/secrets.hpp"

#include "codemate/base/text.hpp"

namespace codemate::lifecycle::doctor {
namespace {

std::optional<Proxy> first_set(const Environment& environment, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        const auto found = environment.find(name);
        if (found != environment.end() && !trimmed(found->second).empty())
            return Proxy{name, printable(without_login(trimmed(found->second)), 200)};
    }
    return std::nullopt;
}

std::string_view exceptions(const Environment& environment) {
    for (const char* name : {"no_proxy", "NO_PROXY"}) {
        const auto found = environment.find(name);
        if (found != environment.end() && !trimmed(found->second).empty()) return found->second;
    }
    return {};
}

// "*", the host itself, or a domain that it is in, with or without a dot before it.
bool is_exempt(std::string_view list, std::string_view host) {
    for (std::string_view part : split(list, ',')) {
        part = trimmed(part);
        part = part.substr(0, part.starts_with('[') ? part.npos : part.find(':'));
        if (part.starts_with('.')) part.remove_prefix(1);
        if (part.empty()) continue;
        if (part == "*" || equal_ignoring_case(part, host)) return true;
        const bool longer = host.size() > part.size() && host[host.size() - part.size() - 1] == '.';
        if (longer && equal_ignoring_case(host.substr(host.size() - part.size()), part)) return true;
    }
    return false;
}

} // namespace

std::optional<Proxy> proxy_towards(const Environment& environment, const http::Url& url) {
    if (url.is_loopback() || is_exempt(exceptions(environment), url.host)) return std::nullopt;
    // Not HTTP_PROXY: a web server's script gets that from whoever asks it.
    if (url.scheme == "http") return first_set(environment, {"http_proxy", "all_proxy", "ALL_PROXY"});
    return first_set(environment, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
}

std::optional<Proxy> proxy_to_loopback(const Environment& environment) {
    const std::string_view list = exceptions(environment);
    if (is_exempt(list, "localhost") || is_exempt(list, "127.0.0.1")) return std::nullopt;
    return first_set(environment, {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"});
}

Findings check_proxy(const Facts& facts) {
    if (!facts.options.endpoint) return {skipped("there is no address to ask")};
    const http::Url& endpoint = *facts.options.endpoint;
    if (const auto proxy = proxy_towards(facts.options.environment, endpoint))
        return {
            note("used", "requests to " + endpoint.text() + " go through " + proxy->variable + "=" + proxy->shown,
                 "a proxy may cut long answers, and has to know the way to the server",
                 {"where the server is in reach without it: add " + printable(endpoint.host, 100) + " to NO_PROXY"})};
    if (!endpoint.is_loopback()) return {ok("no proxy stands between")};
    const auto proxy = proxy_to_loopback(facts.options.environment);
    if (!proxy) return {ok("no proxy is set for this machine's own addresses")};
    return {note("loopback",
                 proxy->variable + "=" + proxy->shown + " is set, and NO_PROXY exempts neither localhost nor 127.0.0.1",
                 "codemate and ollama ask this machine directly all the same; clients in Python and others send their "
                 "requests to the proxy, which cannot reach it",
                 {"set NO_PROXY=localhost,127.0.0.1,::1"})};
}

} // namespace codemate::lifecycle::doctor
