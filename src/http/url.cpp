#include "codemate/http/url.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <optional>

namespace codemate::http {

namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
    throw Error(Kind::usage, quoted(text) + " is no address of a server: " + std::string(why))
        .hint("write it as http://host:port or https://host:port/path");
}

std::string_view without_zone(std::string_view host) {
    return host.substr(0, host.find('%'));
}

std::optional<in6_addr> ipv6(std::string_view host) {
    in6_addr address{};
    if (inet_pton(AF_INET6, std::string(without_zone(host)).c_str(), &address) != 1) return std::nullopt;
    return address;
}

std::optional<std::uint32_t> ipv4(std::string_view host) {
    in_addr address{};
    if (inet_pton(AF_INET, std::string(host).c_str(), &address) != 1) return std::nullopt;
    return ntohl(address.s_addr);
}

bool is_loopback_v4(std::uint32_t address) {
    return address >> 24 == 127;
}

bool is_loopback_v6(const in6_addr& address) {
    if (IN6_IS_ADDR_LOOPBACK(&address)) return true;
    return IN6_IS_ADDR_V4MAPPED(&address) && address.s6_addr[12] == 127;
}

// Letters, digits, - . _; nothing that could end the host in a URL. Internationalised names have an ASCII form (RFC
// 5890), and whether libcurl knows how to make it depends on how it was built and on the locale.
bool is_host_char(char c) {
    if (c == '-' || c == '.' || c == '_') return true;
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_path_char(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7f && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
}

std::string parse_scheme(std::string_view text, std::string_view& rest) {
    const auto end = text.find("://");
    if (end == std::string_view::npos) refuse(text, "http:// or https:// is missing");
    std::string scheme = to_lower(text.substr(0, end));
    if (scheme != "http" && scheme != "https") {
        refuse(text, "only http and https are spoken, not " + quoted(scheme, 40));
    }
    rest = text.substr(end + 3);
    return scheme;
}

// What stands between brackets; the zone's separator is % or, as RFC 6874 wants it, %25.
std::string parse_ipv6(std::string_view literal, std::string_view text) {
    if (!ipv6(literal)) refuse(text, "what stands in brackets is no IPv6 address");
    std::string host = to_lower(without_zone(literal));
    if (host.size() == literal.size()) return host;
    std::string_view zone = literal.substr(host.size() + 1);
    if (zone.starts_with("25") && zone.size() > 2) zone.remove_prefix(2);
    if (zone.empty() || !std::ranges::all_of(zone, is_host_char)) refuse(text, "the zone of the IPv6 address is none");
    return host + '%' + std::string(zone);
}

std::uint16_t parse_port(std::string_view digits, std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (problem != std::errc{} || end != digits.data() + digits.size() || port == 0) {
        refuse(text, quoted(digits, 40) + " is no port: a number from 1 to 65535 was expected");
    }
    return port;
}

void parse_authority(std::string_view authority, std::string_view text, Url& url) {
    std::string_view port;
    bool has_port = false;
    if (authority.starts_with('[')) {
        const auto close = authority.find(']');
        if (close == std::string_view::npos) refuse(text, "the bracket of the IPv6 address is not closed");
        url.host = parse_ipv6(authority.substr(1, close - 1), text);
        port = authority.substr(close + 1);
        has_port = !port.empty();
        if (has_port && port.front() != ':') refuse(text, "a colon and a port were expected after the bracket");
        if (has_port) port.remove_prefix(1);
    } else {
        const auto colon = authority.find(':');
        has_port = colon != std::string_view::npos;
        if (has_port) port = authority.substr(colon + 1);
        url.host = to_lower(authority.substr(0, colon));
        if (port.find(':') != std::string_view::npos) refuse(text, "an IPv6 address has to stand in brackets");
        if (!std::ranges::all_of(url.host, is_host_char))
            refuse(text, "a host consists of letters, digits, - . and _ (internationalised ones are written xn--…)");
    }
    if (url.host.empty()) refuse(text, "the host is missing");
    url.port = has_port ? parse_port(port, text) : url.scheme == "https" ? https_port : http_port;
}

std::string parse_path(std::string_view path, std::string_view text) {
    if (path.find_first_of("?#") != std::string_view::npos) refuse(text, "a query or fragment has no place in it");
    if (!std::ranges::all_of(path, is_path_char)) refuse(text, "its path has characters that have to be escaped");
    std::string normal;
    for (const auto part : split(path, '/')) {
        if (!part.empty()) normal.append("/").append(part);
    }
    return normal;
}

} // namespace

Url Url::parse(std::string_view text) {
    Url url;
    std::string_view rest;
    const auto scheme_end = text.find("://");
    const auto authority_begin = scheme_end == std::string_view::npos ? 0 : scheme_end + 3;
    const auto authority_text =
        text.substr(authority_begin, text.find_first_of("/?#", authority_begin) - authority_begin);
    if (authority_text.find('@') != std::string_view::npos) { // not shown: it may be a password
        throw Error(Kind::usage, "an address of a server must not contain a user name or a password")
            .hint("write it as http://host:port or https://host:port/path");
    }
    url.scheme = parse_scheme(text, rest);
    const auto path_begin = std::min(rest.find_first_of("/?#"), rest.size());
    parse_authority(rest.substr(0, path_begin), text, url);
    url.path = parse_path(rest.substr(path_begin), text);
    return url;
}

std::string Url::authority() const {
    const std::string number = std::to_string(port);
    if (host.find(':') == std::string::npos) return host + ':' + number;
    const auto zone = host.find('%');
    if (zone == std::string::npos) return '[' + host + "]:" + number;
    return '[' + host.substr(0, zone) + "%25" + host.substr(zone + 1) + "]:" + number;
}

std::string Url::text() const {
    return scheme + "://" + authority() + path;
}

bool Url::is_loopback() const {
    if (const auto address = ipv4(host)) return is_loopback_v4(*address);
    if (const auto address = ipv6(host)) return is_loopback_v6(*address);
    std::string_view name = host;
    if (name.ends_with('.')) name.remove_suffix(1); // the fully qualified spelling
    constexpr std::string_view local = "localhost";
    if (name.size() > local.size() && name[name.size() - local.size() - 1] != '.') return false;
    return name.size() >= local.size() && equal_ignoring_case(name.substr(name.size() - local.size()), local);
}

Url Url::operator/(std::string_view more) const {
    Url joined = *this;
    more.remove_prefix(std::min(more.find_first_not_of('/'), more.size()));
    if (!more.empty()) joined.path.append("/").append(more);
    return joined;
}

} // namespace codemate::http
