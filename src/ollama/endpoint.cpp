#include "codemate/ollama/endpoint.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace codemate::ollama {

namespace {

constexpr std::uint16_t ollama_port = 11434;

struct HostPort {
    std::string_view host, port;
};

std::string_view without_quotes(std::string_view text) {
    text = trimmed(text);
    const auto first = text.find_first_not_of("\"'");
    if (first == std::string_view::npos) return {};
    return trimmed(text.substr(first, text.find_last_not_of("\"'") - first + 1));
}

// Go's net.SplitHostPort: nothing without a port, and for an IPv6 address without brackets.
std::optional<HostPort> split_host_port(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    if (!text.starts_with('[')) {
        if (text.find(':') != colon) return std::nullopt;
        return HostPort{text.substr(0, colon), text.substr(colon + 1)};
    }
    const auto close = text.find(']');
    if (close == std::string_view::npos || close + 1 != colon) return std::nullopt;
    return HostPort{text.substr(1, close - 1), text.substr(colon + 1)};
}

std::string_view without_brackets(std::string_view host) {
    const bool bracketed = host.starts_with('[') && host.ends_with(']') && host.find(':') != std::string_view::npos;
    return bracketed ? host.substr(1, host.size() - 2) : host;
}

std::optional<std::uint16_t> to_port(std::string_view digits) {
    std::uint16_t port = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (problem != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return port;
}

// A server that listens on every address is asked on this machine.
std::string_view reachable(std::string_view host) {
    if (host.empty() || host == "0.0.0.0") return "127.0.0.1";
    const bool only_zeros = host.find_first_not_of("0:") == std::string_view::npos;
    return only_zeros && host.find("::") != std::string_view::npos ? "::1" : host;
}

std::uint16_t default_port(std::string_view scheme) { // Ollama compares letter by letter: HTTP:// is not http://
    return scheme == "http" ? 80 : scheme == "https" ? 443 : ollama_port;
}

struct Parts {
    std::string_view scheme, authority, path;
    std::uint16_t otherwise; // the port where none is written
};

Parts parts_of(std::string_view text) {
    const auto separator = text.find("://");
    const bool bare = separator == std::string_view::npos;
    const std::string_view scheme = bare ? "http" : text.substr(0, separator);
    const std::string_view rest = bare ? text : text.substr(separator + 3);
    const auto slash = std::min(rest.find('/'), rest.size());
    return {scheme, rest.substr(0, slash), rest.substr(slash), bare ? ollama_port : default_port(scheme)};
}

HostPort host_and_port(std::string_view authority) {
    return split_host_port(authority).value_or(HostPort{without_brackets(authority), ""});
}

} // namespace

http::Url endpoint(std::string_view ollama_host) {
    const std::string_view text = without_quotes(ollama_host);
    if (text == "ollama.com") return http::Url::parse("https://ollama.com");

    const Parts whole = parts_of(text);
    if (whole.authority.find('@') != std::string_view::npos)
        return http::Url::parse(text); // which says what is wrong with it

    const HostPort parts = host_and_port(whole.authority);
    const std::string host(reachable(parts.host));

    // The checks, and the words when one fails, are those of every address.
    const std::string literal = host.find(':') == std::string::npos ? host : '[' + host + ']';
    http::Url url = http::Url::parse(std::string(whole.scheme) + "://" + literal + std::string(whole.path));
    url.port = to_port(parts.port).value_or(whole.otherwise);
    return url;
}

std::optional<OtherPort> other_port(std::string_view ollama_host) {
    const std::string_view text = without_quotes(ollama_host);
    const Parts whole = parts_of(text);
    if (whole.authority.find('@') != std::string_view::npos || text == "ollama.com") return std::nullopt;
    const auto [host, port] = host_and_port(whole.authority);
    if (to_port(port) || (port.empty() && whole.otherwise != 80)) return std::nullopt;
    const std::string literal = host.find(':') == host.npos ? std::string(host) : '[' + std::string(host) + ']';
    const std::string before = text.find("://") == text.npos ? "" : std::string(whole.scheme) + "://";
    return OtherPort{std::string(port), whole.otherwise,
                     before + literal + ':' + std::to_string(ollama_port) + std::string(whole.path)};
}

} // namespace codemate::ollama
