#include "codemate/rules/memory.hpp"

namespace codemate::rules {
namespace {

constexpr std::uint64_t bytes_a_number = 2; // the server's default, f16

// A header may claim anything: what is too large for a count is the largest one.
std::uint64_t times(std::uint64_t a, std::uint64_t b) {
    return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

} // namespace

std::optional<ByteCount> cache_per_token(const ollama::Shown& shown) {
    const ollama::Attention& attention = shown.attention;
    if (!attention.causal) return ByteCount(0);
    if (attention.differs_by_block) return std::nullopt;
    const std::uint64_t kv_heads = attention.kv_heads > 0 ? attention.kv_heads : attention.heads;
    const std::uint64_t usual = attention.heads > 0 ? shown.embedding_length / attention.heads : 0;
    const ByteCount key(attention.key_length > 0 ? attention.key_length : usual);
    const ByteCount value(attention.value_length > 0 ? attention.value_length : usual);
    const std::uint64_t numbers = times(times(attention.blocks, kv_heads), (key + value).count());
    if (numbers == 0 || key == ByteCount() || value == ByteCount()) return std::nullopt;
    return ByteCount(times(numbers, bytes_a_number));
}

std::optional<MemoryEstimate> memory_for(std::uint64_t context, ByteCount weights, const ollama::Shown& shown) {
    const std::optional<ByteCount> per_token = cache_per_token(shown);
    if (!per_token) return std::nullopt;
    MemoryEstimate estimate{context, weights, ByteCount(times(per_token->count(), context)), *per_token};
    estimate.is_upper_bound = shown.attention.sliding_window > 0 && shown.attention.sliding_window < context;
    return estimate;
}

} // namespace codemate::rules
