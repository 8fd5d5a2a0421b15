#pragma once

#include "codemate/model/name.hpp"

#include <optional>
#include <string>
#include <string_view>

// A registry that has models of other registries, "https://registry.corp/models", and their names there.
namespace codemate {

struct Mirror {
    std::string host; // "registry.corp", "registry.lan:5000"
    std::string path; // "models/team"; empty: models are at its root
    bool plain_http = false;

    // Nothing for what is no http(s):// URL of a host, or has a path that no repository's name can begin with.
    static std::optional<Mirror> parse(std::string_view url);

    // Where the mirror has that model. With a path this is a name that no server knows, and that only codemate's own
    // registry understands (mirrored()): as no registry's host may have a path, it stands behind the port.
    ModelName place_of(const ModelName&) const;
};

// The mirror of Mirror::place_of(), where its name has a path; plain_http is not known of it. Nothing: a model of that
// host itself.
std::optional<Mirror> mirrored(const ModelName& place);

// As people write them: "registry.corp/models", "registry.corp/models/library/mistral:latest". Of any other name they
// are host() and display().
std::string shown_host(const ModelName& place);
std::string shown_name(const ModelName& place);

// Whether that may stand before owner/model in a repository's name: parts of small letters, digits and . _ -, none of
// them empty or with a dot in front.
bool is_repository_path(std::string_view);

} // namespace codemate
