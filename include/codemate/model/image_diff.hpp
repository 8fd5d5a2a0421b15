#pragma once

#include "codemate/model/image.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codemate {

// What differs between two images, layer by layer, by role.
struct ImageDiff {
    enum class Change { same, changed, added, removed };
    struct Entry {
        LayerRole role;
        Change change;
        std::vector<Layer> before, after; // of that role; several licences are possible
    };
    struct Field { // of the configurations; empty where unknown
        std::string before, after;
        bool differs() const { return before != after; }
    };

    bool same_manifest = false; // the digests are equal
    bool same_content = false;  // the layers are, whatever the manifest's bytes
    std::vector<Entry> entries; // in the order of LayerRole, only roles that either has
    Field quantization, parameter_size, family;
    ByteCount size_before, size_after;

    bool license_changed() const;
};

// Pure. The configurations are optional: without them the fields stay empty.
ImageDiff compare(const Image& before, const Image& after, const std::optional<Configuration>& before_config = {},
                  const std::optional<Configuration>& after_config = {});

// Bytes of `after` that are not among the blobs that are there, each blob once.
ByteCount to_fetch(const Image& after, const std::vector<Digest>& present);

// "weights changed (Q4_0 → Q4_K_M, 4.1 GB → 4.4 GB), licence changed"; "nothing but the manifest's bytes" …
std::string summary(const ImageDiff&);

// Lines of a unified diff, for small text layers (template, system, parameters, licence); none if nothing differs. As
// they are in the texts: show them through printable(). Of large texts (some thousand lines that differ) one
// replacement.
std::vector<std::string> unified_diff(std::string_view before, std::string_view after, std::size_t context = 3);

} // namespace codemate
