#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/ollama/types.hpp"

#include <cstdint>
#include <optional>

// What a model takes of memory while it is loaded: an estimate, by its header. What the server allocates beside it
// (buffers for computing, a second sequence) and options that make the cache smaller are not in it.
namespace codemate::rules {

// What the cache keeps of each token, at two bytes a number: a key and a value for each head of each block. Nothing
// where the header does not say it.
std::optional<ByteCount> cache_per_token(const ollama::Shown&);

struct MemoryEstimate {
    std::uint64_t context = 0; // in tokens
    ByteCount weights, cache, per_token;
    bool is_upper_bound = false; // some blocks look back over a window only, and keep less

    ByteCount sum() const { return weights + cache; }
};
std::optional<MemoryEstimate> memory_for(std::uint64_t context, ByteCount weights, const ollama::Shown&);

} // namespace codemate::rules
