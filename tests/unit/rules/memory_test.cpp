#include "support/catch.hpp"

#include "codemate/rules/memory.hpp"

using namespace codemate;
using rules::cache_per_token;
using rules::memory_for;

namespace {

ollama::Shown shown(ollama::Attention attention, std::uint64_t embedding_length = 0) {
    ollama::Shown model;
    model.embedding_length = embedding_length;
    model.attention = attention;
    return model;
}

} // namespace

TEST_CASE("the cache of qwen2.5-coder:7b") {
    const ollama::Shown model = shown({.blocks = 28, .heads = 28, .kv_heads = 4}, 3584); // heads of 128
    CHECK(cache_per_token(model) == ByteCount(57'344));
    const auto estimate = memory_for(8192, ByteCount(4'683'073'184), model);
    REQUIRE(estimate);
    CHECK(estimate->cache == ByteCount(448ULL << 20));
    CHECK(estimate->sum() == ByteCount(4'683'073'184 + (448ULL << 20)));
    CHECK_FALSE(estimate->is_upper_bound);
}

TEST_CASE("what a token takes, by what the header says") {
    struct Row {
        ollama::Attention attention;
        std::uint64_t embedding_length;
        std::optional<ByteCount> bytes;
    };
    const Row row =
        GENERATE(Row{{.blocks = 2, .heads = 4}, 64, ByteCount(2 * 4 * 32 * 2)}, // as many heads for keys as for queries
                 Row{{.blocks = 2, .heads = 4, .kv_heads = 1}, 64, ByteCount(2 * 1 * 32 * 2)},
                 Row{{.blocks = 2, .heads = 4, .kv_heads = 1, .key_length = 256, .value_length = 128},
                     64,
                     ByteCount(2 * 384 * 2)},
                 Row{{.blocks = 2, .kv_heads = 1, .key_length = 8, .value_length = 8}, 0, ByteCount(64)},
                 Row{{.blocks = 2, .heads = 4, .causal = false}, 64, ByteCount(0)}, Row{{}, 64, std::nullopt},
                 Row{{.blocks = 2}, 64, std::nullopt}, Row{{.heads = 4}, 64, std::nullopt},
                 Row{{.blocks = 2, .heads = 4}, 0, std::nullopt},
                 Row{{.blocks = 2, .heads = 4, .key_length = 8}, 0, std::nullopt},
                 Row{{.blocks = 2, .heads = 4, .differs_by_block = true}, 64, std::nullopt});
    CHECK(cache_per_token(shown(row.attention, row.embedding_length)) == row.bytes);
    CHECK(memory_for(1, ByteCount(1), shown(row.attention, row.embedding_length)).has_value() == row.bytes.has_value());
}

TEST_CASE("blocks that look back over a window only") {
    const ollama::Shown model = shown({.blocks = 2, .heads = 4, .sliding_window = 512}, 64);
    CHECK_FALSE(memory_for(512, ByteCount(1), model)->is_upper_bound);
    CHECK(memory_for(513, ByteCount(1), model)->is_upper_bound);
}

TEST_CASE("a header that claims more than there is") {
    const ollama::Shown model = shown({.blocks = UINT64_MAX, .heads = 4, .key_length = UINT64_MAX}, 64);
    CHECK(memory_for(UINT64_MAX, ByteCount(UINT64_MAX), model)->sum() == ByteCount(UINT64_MAX));
}
