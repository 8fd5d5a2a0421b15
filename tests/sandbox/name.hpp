#pragma once

#include <compare>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace codemate::sandbox {

// A model's name as the server reads it (types/model/name.go). On purpose not codemate's own parser: the sandbox has to
// find its mistakes.
struct Name {
    std::string host = "registry.ollama.ai", owner = "library", model, tag = "latest";

    static std::optional<Name> parse(std::string_view);
    static std::optional<Name> from_path(std::string_view); // host/owner/model/tag

    std::string full() const;    // registry.ollama.ai/library/mistral:latest
    std::string display() const; // mistral:latest
    std::filesystem::path path() const;

    auto operator<=>(const Name&) const = default;
};

// The name with each part in the spelling of some existing name that matches it but for letter case, as the server does
// before it acts (server/routes.go, getExistingName). Where several match, the last one wins; the real server takes
// any.
Name folded(Name, std::span<const Name> existing);

// What stands behind the last colon can be the word local or cloud (internal/modelref/modelref.go).
struct Reference {
    enum class Source { unspecified, local, cloud };
    enum class Problem { none, missing, conflicting };
    std::string base;
    Source source = Source::unspecified;
    Problem problem = Problem::none;
    std::string trimmed; // as given, without white space around it

    static Reference parse(std::string_view);
    std::string pull_name() const; // where pull and delete look for it: cloud names have a tag of their own
};

} // namespace codemate::sandbox
