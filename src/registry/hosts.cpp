#include "registry/hosts.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/model/mirror.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace codemate::registry {

namespace {

struct Place {
    std::string host, port; // lower case; the port is empty where none was written
};

Place place_of(std::string_view written) {
    std::string text = to_lower(trimmed(written));
    std::string port;
    if (const auto scheme = text.find("://"); scheme != std::string::npos) {
        port = text.starts_with("http:") ? "80" : "443";
        text.erase(0, scheme + 3);
    }
    text.erase(std::min(text.find('/'), text.size()));
    const auto colon = text.rfind(':');
    if (colon != std::string::npos && text.find(']', colon) == std::string::npos) {
        port = text.substr(colon + 1);
        text.erase(colon);
    }
    // Docker's own registry goes by three names; its configuration file knows the oldest one.
    constexpr std::array<std::string_view, 2> docker{"index.docker.io", "registry-1.docker.io"};
    if (std::ranges::find(docker, text) != docker.end()) text = "docker.io";
    return {std::move(text), std::move(port)};
}

bool is_default_port(std::string_view port) {
    return port.empty() || port == "443" || port == "80";
}

bool is_written_with_http(std::string_view host, const Options& options) {
    return std::ranges::any_of(options.plain_http_hosts, [&](const std::string& plain) {
        const Place a = place_of(plain), b = place_of(host);
        const auto port = [](const Place& place) { return place.port.empty() ? "80" : place.port; };
        return a.host == b.host && port(a) == port(b);
    });
}

bool is_numeric(std::string_view host) {
    return host.find(':') != std::string_view::npos || host.find_first_not_of("0123456789.") == std::string_view::npos;
}

// "auth.registry.corp.example" → "corp.example", "x.corp.co.uk" → "corp.co.uk"; empty for what has no such domain.
// There is no list of public suffixes here: under a country's two letters a short second label is taken for one.
std::string registered_domain(std::string_view host) {
    if (is_numeric(host)) return {};
    const auto labels = split(host, '.');
    if (labels.size() < 2) return {};
    constexpr std::size_t short_label = 3; // co, com, ac, org, gov
    const bool two_part_suffix = labels.back().size() == 2 && labels[labels.size() - 2].size() <= short_label;
    const std::size_t wanted = two_part_suffix ? 3 : 2;
    if (labels.size() < wanted) return {};
    std::string domain;
    for (auto label = labels.end() - static_cast<std::ptrdiff_t>(wanted); label != labels.end(); ++label)
        domain.append(domain.empty() ? "" : ".").append(*label);
    return to_lower(domain);
}

} // namespace

http::Url address_of(const ModelName& model, const Options& options) {
    if (options.everything_at) {
        http::Url origin = *options.everything_at;
        origin.path.clear();
        return origin;
    }
    if (model.on_public_registry()) {
        return options.public_registry ? *options.public_registry
                                       : http::Url::parse("https://" + std::string(ModelName::default_host));
    }
    const std::optional<Mirror> mirror = mirrored(model);
    const std::string& host = mirror ? mirror->host : model.host();
    return http::Url::parse((is_written_with_http(host, options) ? "http://" : "https://") + host);
}

std::string repository_of(const ModelName& model, const Options& options) {
    const std::string own = model.owner() + '/' + model.model();
    if (!options.everything_at) {
        const std::optional<Mirror> mirror = mirrored(model);
        return mirror ? mirror->path + '/' + own : own;
    }
    if (options.everything_at->path.empty()) return own;
    return options.everything_at->path.substr(1) + '/' + own;
}

// The OCI specification's letters; its rule for where separators may stand is the registry's to enforce.
void check_stand_in(const http::Url& everything_at) {
    const std::string& path = everything_at.path;
    if (path.empty() || is_repository_path(std::string_view(path).substr(1))) return;
    throw Error(Kind::usage, quoted(everything_at.path) + " cannot be the beginning of a repository's name")
        .hint("behind the registry's host stand small letters, digits and . _ - /, as in https://registry.corp/models");
}

bool same_origin(const http::Url& a, const http::Url& b) {
    return a.scheme == b.scheme && equal_ignoring_case(a.host, b.host) && a.port == b.port;
}

std::string shown(const http::Url& url) {
    std::string text = url.authority();
    const std::string_view usual = url.scheme == "https" ? ":443" : ":80";
    if (text.ends_with(usual)) text.erase(text.size() - usual.size());
    return printable(text);
}

bool means_host(std::string_view written, std::string_view host_and_port) {
    const Place a = place_of(written), b = place_of(host_and_port);
    if (a.host.empty() || a.host != b.host) return false;
    if (a.port.empty()) return is_default_port(b.port);
    if (b.port.empty()) return is_default_port(a.port);
    return a.port == b.port;
}

bool related(std::string_view host, std::string_view other) {
    if (equal_ignoring_case(host, other)) return true;
    const std::string domain = registered_domain(host);
    return !domain.empty() && domain == registered_domain(other);
}

} // namespace codemate::registry
