#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace codemate::http {

// An absolute http or https URL without user info, query or fragment: the address of a server.
struct Url {
    std::string scheme = "http"; // http or https
    std::string host;            // without brackets; an IPv6 zone as in fe80::1%eth0
    std::uint16_t port = 80;
    std::string path; // "" or "/a/b": never a final slash, never a double one

    // Throws Error{usage}: another scheme, user info, no host, a port that is none. Default ports 80 and 443.
    static Url parse(std::string_view);

    std::string text() const;                   // "http://[::1]:11434/base"; the port always, the zone's % as %25
    std::string authority() const;              // "host:port", as in a model name's host; IPv6 in brackets
    bool is_loopback() const;                   // localhost, *.localhost, 127.0.0.0/8, ::1
    Url operator/(std::string_view path) const; // joined with exactly one slash; the path is taken as it is

    bool operator==(const Url&) const = default;
};

} // namespace codemate::http
