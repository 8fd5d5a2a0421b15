#include "http/trust.hpp"

#include "http/curl_handle.hpp"
#include "http/failure.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <unistd.h>

namespace codemate::http {

namespace {

constexpr std::array<const char*, 5> usual_files{
    "/etc/ssl/certs/ca-certificates.crt", // Debian, Ubuntu, Alpine, Arch, NixOS
    "/etc/pki/tls/certs/ca-bundle.crt",   // Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",             // openSUSE
    "/etc/ssl/cert.pem",                  // Alpine without its package, BSD, macOS
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
};

bool is_readable(const std::string& path) {
    return ::access(path.c_str(), R_OK) == 0;
}

Found what_is_there(const std::string& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (status.type() == std::filesystem::file_type::not_found) return Found::nothing;
    if (error || !is_readable(path)) return Found::unreadable;
    if (std::filesystem::is_directory(status)) return Found::directory;
    return std::filesystem::is_regular_file(status) ? Found::file : Found::other;
}

// Only asked where nothing was found: making a handle costs more than looking for a file.
Trust built_in_trust() {
    const CurlHandle handle;
    const auto value = [&](CURLINFO what) {
        const char* text = nullptr;
        curl_easy_getinfo(handle.easy.get(), what, &text);
        return std::string(text ? text : "");
    };
    return {.file = value(CURLINFO_CAINFO), .directory = value(CURLINFO_CAPATH)};
}

} // namespace

Trust find_trust(const Getenv& getenv, const IsFile& is_file) {
    const auto value = [&](const char* name) {
        const char* text = getenv(name);
        return std::string(text ? text : "");
    };
    Trust trust{.file = value("SSL_CERT_FILE"), .directory = value("SSL_CERT_DIR")};
    if (!trust.file.empty() || !trust.directory.empty()) return trust;
    for (const char* each : usual_files) {
        if (is_file(each)) return {.file = each, .directory = {}};
    }
    return trust;
}

Trust trust_of_this_machine() {
    return find_trust([](const char* name) { return std::getenv(name); }, is_readable);
}

bool has_certificates(const Trust& found, const Trust& built_in, const IsFile& is_file) {
    if (!found.file.empty() || !found.directory.empty()) return true;
    // libcurl wants the file that it was built with, whatever is in the directory.
    const std::string& needed = built_in.file.empty() ? built_in.directory : built_in.file;
    return !needed.empty() && is_file(needed);
}

std::optional<Error> mistake_in(const Trust& trust, const WhatIs& what_is) {
    const auto cannot = [](const std::string& path, std::string_view why, const char* hint) {
        return Error(Kind::usage, "the certificates to trust cannot be read: " + quoted(path) + " " + std::string(why))
            .hint(hint);
    };
    const auto mistake = [&](const std::string& path, Found wanted, std::string_view no, const char* hint) {
        const Found found = path.empty() ? wanted : what_is(path);
        std::optional<Error> error;
        if (found == Found::nothing)
            error = cannot(path, "is not there", hint);
        else if (found == Found::unreadable)
            error = cannot(path, "may not be read", hint);
        else if (found != wanted)
            error = cannot(path, no, hint);
        return error;
    };
    auto error = mistake(trust.file, Found::file, "is no file", "SSL_CERT_FILE has to name a file with certificates");
    if (!error)
        error = mistake(trust.directory, Found::directory, "is no directory",
                        "SSL_CERT_DIR has to name a directory with certificates, as `openssl rehash` makes it");
    return error;
}

void require_certificates(const Trust& trust, const Url& url) {
    if (const auto error = mistake_in(trust, what_is_there)) throw Error(*error);
    const bool found = !trust.file.empty() || !trust.directory.empty();
    if (found || has_certificates(trust, built_in_trust(), is_readable)) return;
    throw Error(Kind::usage, "there are no certificates on this machine to judge " + server_of(url) + " by")
        .hint("install the package ca-certificates, or name a file with the certificates to trust in SSL_CERT_FILE");
}

} // namespace codemate::http
