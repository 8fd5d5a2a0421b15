#pragma once

#include "codemate/registry/registry.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::test {

// A registry with some models on it: what the contract of registry::Registry is tried on.
class RegistryWorld {
public:
    virtual ~RegistryWorld() = default;
    virtual registry::Registry& registry() = 0;

    // "first" and "second" are different models with one tag, latest; nothing else is there.
    virtual ModelName name(std::string_view model) const = 0;
    virtual std::string manifest(std::string_view model) = 0; // as it is served now, had in another way
    virtual void move(std::string_view model) = 0;            // the tag serves another image from now on
    // One of a host where nobody answers; nothing where no host is asked.
    virtual std::optional<ModelName> unreachable() const = 0;
    virtual bool lists_tags() const = 0;
    virtual bool serves_by_digest() const = 0;
    virtual bool wants_login() const { return false; }
    virtual bool has_addresses() const { return !wants_login(); } // at which anybody may read its blobs
    // What messages call it, and whether they say which models it has where none is near.
    virtual std::string shown() const { return name("first").host(); }
    virtual bool says_what_it_has() const { return false; }
    virtual std::string path_of_blobs() const { return "/v2/team/first/blobs/"; } // of "first", at name("first").host()
};

std::vector<std::string> registry_worlds(); // "fake", "sandbox" …, and those of docker-registry where it is there
std::unique_ptr<RegistryWorld> make_registry_world(std::string_view);

} // namespace codemate::test
