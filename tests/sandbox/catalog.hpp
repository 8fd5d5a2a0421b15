#pragma once

#include "sandbox/gguf.hpp"
#include "sandbox/message.hpp"
#include "sandbox/name.hpp"

#include "codemate/json/value.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::sandbox {

// What the registry knows of one tag. Two images: the one that it serves, and the one that it serves once it has moved.
struct Recipe {
    std::string family = "llama", parameters = "7B", quantization = "Q4_K_M";
    std::uint32_t context = 8192;
    std::uint32_t layers = 2; // of the network; 0: no GGUF file at all, only random bytes
    std::uint64_t size = 0;   // of the weights file at least: random bytes are appended
    bool embedding = false;
    std::uint64_t seed = 0; // 0: made from the name
    std::string license = {}, template_text = {}, system = {};
    json::Value params = {}; // null or an object

    bool operator==(const Recipe&) const = default;
};

struct CatalogEntry {
    Name name;
    Recipe served = {}, moved = {};
    std::string same_as = {}; // another entry's name whose images these are; empty: its own
};

struct Layer {
    std::string media_type;
    std::string digest; // with "sha256:"
    Content content;
};

struct Image {
    std::string manifest;
    std::string digest;        // 64 hex digits
    std::vector<Layer> layers; // the configuration last
};

enum class Version { served, moved };

// The registry's content, made on first use and the same in every run. Safe from several threads.
class Catalog {
public:
    // Throws Error{usage} for an entry that is the same as one that does not exist.
    explicit Catalog(std::vector<CatalogEntry>);

    const std::vector<CatalogEntry>& entries() const { return entries_; }
    const CatalogEntry* find(const Name&) const; // of whatever host: owner, model and tag count
    const Image& image(const CatalogEntry&, Version) const;

    // Any blob of any image, also of those that no tag serves.
    std::optional<Content> blob(std::string_view digest) const;

private:
    const Image& made(const CatalogEntry&, Version) const;

    std::vector<CatalogEntry> entries_;
    mutable std::mutex mutex_;
    mutable std::map<std::string, Image> images_; // by name and version
    mutable std::map<std::string, Content, std::less<>> blobs_;
};

std::vector<CatalogEntry> built_in_catalog();

// The form is in `codemate-sandbox --help`. Throws Error{usage} with place and reason.
std::vector<CatalogEntry> parse_catalog(std::string_view text, std::string_view what);

} // namespace codemate::sandbox
