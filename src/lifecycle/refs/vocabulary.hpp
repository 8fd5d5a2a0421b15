#pragma once

#include "codemate/model/name.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace codemate::lifecycle::refs {

// Which models a text may well mean.
class Vocabulary {
public:
    // `names`: those of this project and server, declared, locked or installed. Beside them the families of a built-in
    // table, which are known but which nobody is thought to have meant.
    explicit Vocabulary(std::span<const ModelName> names, std::vector<std::string> words = {});

    // What stands in front of the tag: "mistral", "someone/mistral". Letter case as the server: ignored.
    bool is_known(std::string_view family) const;
    bool is_own(std::string_view family) const; // of this project or server
    bool is_own(const ModelName&) const;        // with its tag
    bool has(std::string_view shown) const;     // likewise, as display() writes it, in any letter case
    bool is_word(std::string_view) const;       // a role or a group: no model
    std::optional<std::string> meant(std::string_view family) const; // the own family that it may be a misspelling of

    // The own name that this one may be a misspelling of: by its family, by its tag, or written with "-" for ":".
    std::optional<ModelName> meant(const ModelName&) const;

private:
    std::optional<ModelName> meant_by_tag(const ModelName&) const;
    std::optional<ModelName> split_by_hyphen(const ModelName&) const;

    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    using Words = std::unordered_set<std::string, Hash, std::equal_to<>>; // in lower case

    Words families_, own_families_, shown_, words_;
    std::vector<ModelName> names_;
    std::size_t shortest_ = 1000, longest_ = 0; // of families_
};

std::string family_of(const ModelName&); // its name without the tag, as written on the server

std::span<const std::string_view> well_known_families(); // in lower case

} // namespace codemate::lifecycle::refs
