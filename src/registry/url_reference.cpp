#include "registry/url_reference.hpp"

#include "registry/error_text.hpp"

#include "codemate/base/error.hpp"

#include <algorithm>

namespace codemate::registry {

namespace {

[[noreturn]] void refuse(std::string_view whose) {
    throw protocol_error(std::string(whose) + " names an address that is none");
}

bool is_url_char(char c) {
    return c > ' ' && c < 0x7f;
}

// What stands behind scheme and authority, for Url::path.
std::string path_and_query(std::string_view text) {
    text = text.substr(0, text.find('#'));
    if (text.empty() || text == "/") return {};
    return text.starts_with('?') ? '/' + std::string(text) : std::string(text);
}

bool has_scheme(std::string_view reference) {
    return reference.substr(0, reference.find_first_of("/?#")).find(':') != std::string_view::npos;
}

std::string_view without_query(std::string_view path) {
    return path.substr(0, path.find('?'));
}

} // namespace

http::Url absolute_url(std::string_view text, std::string_view whose) {
    if (!std::ranges::all_of(text, is_url_char)) refuse(whose);
    const auto authority = text.find("://");
    if (authority == std::string_view::npos) refuse(whose);
    const auto rest = std::min(text.find_first_of("/?#", authority + 3), text.size());
    try {
        http::Url url = http::Url::parse(text.substr(0, rest));
        url.path = path_and_query(text.substr(rest));
        return url;
    } catch (const Error&) {
        refuse(whose);
    }
}

http::Url resolve(const http::Url& from, std::string_view reference, std::string_view whose) {
    if (reference.empty()) refuse(whose);
    if (has_scheme(reference)) return absolute_url(reference, whose);
    if (reference.starts_with("//")) return absolute_url(from.scheme + ':' + std::string(reference), whose);
    if (!std::ranges::all_of(reference, is_url_char)) refuse(whose);
    http::Url url = from;
    const std::string_view path = without_query(from.path);
    if (reference.starts_with('/')) {
        url.path = path_and_query(reference);
    } else if (reference.starts_with('?')) {
        url.path = path_and_query(std::string(path) + std::string(reference));
    } else {
        const auto directory = path.substr(0, path.rfind('/') + 1);
        url.path = path_and_query((directory.empty() ? "/" : std::string(directory)) + std::string(reference));
    }
    return url;
}

http::Url with_parameter(http::Url url, std::string_view name, std::string_view value) {
    if (url.path.empty()) url.path = "/";
    url.path += url.path.find('?') == std::string::npos ? '?' : '&';
    url.path.append(name).append("=").append(percent_encoded(value));
    return url;
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    constexpr std::string_view plain = "-._~";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || plain.find(c) != std::string_view::npos) {
            encoded += c;
        } else {
            encoded += '%';
            encoded += digits[byte >> 4];
            encoded += digits[byte & 15];
        }
    }
    return encoded;
}

} // namespace codemate::registry
