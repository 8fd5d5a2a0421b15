#include "codemate/machine/network.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <optional>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace codemate::machine {
namespace {

std::string text_of(const in_addr& address) {
    std::array<char, INET_ADDRSTRLEN> text{};
    return ::inet_ntop(AF_INET, &address, text.data(), text.size()) == nullptr ? "" : text.data();
}

// A datagram socket that is connected sends nothing, but knows by which address it would.
std::optional<std::string> local_address_for(const addrinfo& target) {
    const int fd = ::socket(target.ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return std::nullopt;
    sockaddr_in own{};
    socklen_t size = sizeof own;
    const bool known = ::connect(fd, target.ai_addr, target.ai_addrlen) == 0 &&
                       ::getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size) == 0;
    ::close(fd);
    return known ? std::optional(text_of(own.sin_addr)) : std::nullopt;
}

bool is_bridge(std::string_view interface) {
    constexpr std::array<std::string_view, 9> beginnings{"docker", "br-",   "podman",  "cni",  "nerdctl",
                                                         "lxcbr",  "lxdbr", "incusbr", "virbr"};
    return std::ranges::any_of(beginnings, [&](std::string_view each) { return interface.starts_with(each); });
}

} // namespace

std::vector<std::string> addresses_towards(const std::string& host, std::uint16_t port) {
    addrinfo wanted{};
    wanted.ai_family = AF_INET;
    wanted.ai_socktype = SOCK_DGRAM;
    addrinfo* found = nullptr;
    std::vector<std::string> addresses;
    if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found) != 0) return addresses;
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
        const auto address = local_address_for(*each);
        if (address && std::ranges::find(addresses, *address) == addresses.end()) addresses.push_back(*address);
    }
    return addresses;
}

std::vector<std::string> bridge_addresses() {
    ifaddrs* found = nullptr;
    std::vector<std::string> addresses;
    if (::getifaddrs(&found) != 0) return addresses;
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(found, &::freeifaddrs);
    for (const ifaddrs* each = found; each != nullptr; each = each->ifa_next) {
        const bool usable = each->ifa_addr != nullptr && each->ifa_addr->sa_family == AF_INET &&
                            (each->ifa_flags & IFF_UP) != 0 && is_bridge(each->ifa_name);
        if (usable) addresses.push_back(text_of(reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr));
    }
    return addresses;
}

} // namespace codemate::machine
