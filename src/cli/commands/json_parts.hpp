#pragma once

#include "codemate/base/digest.hpp"
#include "codemate/json/value.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/rules/keep.hpp"

#include <optional>
#include <string>
#include <vector>

// What the JSON documents of several commands say in the same words.
namespace codemate::cli {

json::Value digest_json(const std::optional<Digest>&); // null where there is none
json::Value strings(const std::vector<std::string>&);
json::Value manifest_json(const manifest::Origin&); // {"origin":"found","path":"…"}; path only of a file
json::Value reasons_json(const std::vector<rules::KeepReason>&);

} // namespace codemate::cli
