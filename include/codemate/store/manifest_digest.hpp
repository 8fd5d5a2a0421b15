#pragma once

#include "codemate/base/digest.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace codemate::store {

// How many bytes of a manifest the server hashes: what Go's JSON decoder reads until it has seen the closing brace. Its
// buffer holds 512 bytes and grows to twice its size and 512 more: 512, 1536, 3584, 7680 … (encoding/json/stream.go).
// It fills the buffer, and reads on only if the brace was not in there.
std::size_t bytes_hashed_by_server(std::string_view manifest);

// The digest by that rule, if that is not the whole file's.
std::optional<Digest> digest_listed_by_server(std::string_view manifest);

} // namespace codemate::store
