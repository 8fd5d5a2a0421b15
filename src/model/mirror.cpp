#include "codemate/model/mirror.hpp"

#include "model/name_parts.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate {
namespace {

constexpr std::string_view http = "http://", https = "https://";
constexpr std::size_t pieces_with_path = 3; // host, port, path

bool is_letter_of_path(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

// "models/team" and "models:team": hosts of names have no slash.
std::string with_separator(std::string text, char from, char to) {
    std::ranges::replace(text, from, to);
    return text;
}

std::string port_of(const Mirror& mirror) {
    return mirror.host.find(':') != std::string::npos ? "" : mirror.plain_http ? ":80" : ":443";
}

} // namespace

bool is_repository_path(std::string_view path) {
    return std::ranges::all_of(split(path, '/'), [](std::string_view part) {
        return !part.empty() && part.front() != '.' && std::ranges::all_of(part, is_letter_of_path);
    });
}

std::optional<Mirror> Mirror::parse(std::string_view url) {
    Mirror mirror;
    mirror.plain_http = url.starts_with(http);
    if (!mirror.plain_http && !url.starts_with(https)) return std::nullopt;
    url.remove_prefix(mirror.plain_http ? http.size() : https.size());
    if (url.ends_with('/')) url.remove_suffix(1);
    const std::size_t slash = std::min(url.find('/'), url.size());
    mirror.host = url.substr(0, slash);
    if (slash != url.size()) {
        mirror.path = url.substr(slash + 1);
        if (!is_repository_path(mirror.path)) return std::nullopt;
    }
    const bool has_port_alone = std::ranges::count(mirror.host, ':') <= 1; // a second one would be read as a path
    if (!has_port_alone || !model::fault_of(model::Part::host, mirror.host).empty()) return std::nullopt;
    if (!mirror.path.empty() && mirror.host.ends_with(':')) return std::nullopt;
    return mirror;
}

ModelName Mirror::place_of(const ModelName& name) const {
    std::string at = host;
    if (!path.empty()) at += port_of(*this) + ':' + with_separator(path, '/', ':');
    return {std::move(at), name.owner(), name.model(), name.tag()};
}

std::optional<Mirror> mirrored(const ModelName& place) {
    const std::string& host = place.host();
    const auto pieces = split(host, ':');
    if (pieces.size() < pieces_with_path) return std::nullopt;
    const std::size_t end = pieces[0].size() + 1 + pieces[1].size();
    const Mirror mirror{host.substr(0, end), with_separator(host.substr(end + 1), ':', '/')};
    return is_repository_path(mirror.path) ? std::optional(mirror) : std::nullopt;
}

std::string shown_host(const ModelName& place) {
    const auto mirror = mirrored(place);
    if (!mirror) return place.host();
    std::string_view host = mirror->host;
    for (const std::string_view usual : {":443", ":80"}) {
        if (host.ends_with(usual)) host.remove_suffix(usual.size());
    }
    return std::string(host) + '/' + mirror->path;
}

std::string shown_name(const ModelName& place) {
    if (!mirrored(place)) return place.display();
    return shown_host(place) + '/' + place.owner() + '/' + place.model() + ':' + place.tag();
}

} // namespace codemate
