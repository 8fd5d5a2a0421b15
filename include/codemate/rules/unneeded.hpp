#pragma once

#include "codemate/rules/keep.hpp"
#include "codemate/rules/space.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

// What a server's disk holds that nothing needs: where room could be made. Pure.
namespace codemate::rules {

struct Unneeded {
    enum class What {
        model,     // that nothing keeps
        orphans,   // blobs that no manifest names; the server removes them when it starts
        downloads, // unfinished ones; likewise, an hour after their last byte
    };
    What what = What::model;
    std::optional<ModelName> name{}; // of a model
    std::size_t count = 1;           // of blobs or downloads
    Freed freed{};                   // without this alone
};
std::string to_text(const Unneeded&); // "mistral:7b: 4.1 GB come free without it, and nothing keeps it"

// The largest first. `spared`: models that are about to be pulled; `wanted`: blobs whose unfinished download is about
// to go on. What frees nothing by itself is left out.
std::vector<Unneeded> unneeded(const Keepers&, const Holdings&, const std::set<ModelName, ServerOrder>& spared,
                               const std::set<Digest>& wanted);

} // namespace codemate::rules
