#include "sandbox/access.hpp"

#include "sandbox/source.hpp"

#include "codemate/base/text.hpp"

#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <unistd.h>

namespace codemate::sandbox {
namespace {

bool is_own_address(const in_addr& wanted) {
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return false;
    bool found = false;
    for (const auto* entry = list; entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET) continue;
        sockaddr_in address{};
        std::memcpy(&address, entry->ifa_addr, sizeof address);
        found = found || address.sin_addr.s_addr == wanted.s_addr;
    }
    ::freeifaddrs(list);
    return found;
}

// Loopback, private, unspecified, or of this machine.
bool is_near(const std::string& host) {
    in_addr four{};
    if (::inet_pton(AF_INET, host.c_str(), &four) == 1) {
        const std::uint32_t bits = ntohl(four.s_addr);
        return bits == 0 || bits >> 24 == 127 || bits >> 24 == 10 || bits >> 20 == 0xac1 || bits >> 16 == 0xc0a8 ||
               is_own_address(four);
    }
    in6_addr six{};
    if (::inet_pton(AF_INET6, host.c_str(), &six) != 1) return false;
    return IN6_IS_ADDR_LOOPBACK(&six) || IN6_IS_ADDR_UNSPECIFIED(&six) || (six.s6_addr[0] & 0xfe) == 0xfc;
}

bool is_local_name(const std::string& host) {
    if (host.empty() || host == "localhost") return true;
    std::array<char, 256> own{};
    if (::gethostname(own.data(), own.size() - 1) == 0 && host == to_lower(own.data())) return true;
    return host.ends_with(".localhost") || host.ends_with(".local") || host.ends_with(".internal");
}

} // namespace

bool host_allowed(const Request& request) {
    const auto* header = request.header("Host");
    if (header == nullptr) return true;
    // Brackets go only together with a port, as the server does it.
    std::string host = to_lower(UrlParts{"", *header, ""}.host());
    if (host != to_lower(*header) && host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    return is_near(host) || is_local_name(host);
}

bool same_origin(const Request& request) {
    const auto *origin = request.header("Origin"), *host = request.header("Host");
    return origin != nullptr && host != nullptr && *origin == "http://" + *host;
}

bool origin_allowed(const Request& request) {
    const auto* origin = request.header("Origin");
    if (origin == nullptr || same_origin(request)) return true;
    const auto parts = parse_url(*origin);
    for (const auto* scheme : {"app", "file", "tauri", "vscode-webview", "vscode-file"})
        if (parts.scheme == scheme) return true;
    const auto name = parts.host();
    return (parts.scheme == "http" || parts.scheme == "https") &&
           (name == "localhost" || name == "127.0.0.1" || name == "0.0.0.0");
}

} // namespace codemate::sandbox
