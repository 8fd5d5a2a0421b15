#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace codemate {

// What the header of a GGUF file says of the model, as far as it was read.
struct GgufFacts {
    std::string architecture; // general.architecture, such as "llama"; empty: not found. Show it through printable().
    std::optional<std::uint64_t> context_length; // <architecture>.context_length: the longest that it was made for
    std::optional<std::uint64_t> block_count;
    std::optional<std::uint64_t> embedding_length;
    std::optional<std::uint64_t> file_type; // general.file_type: llama.cpp's number of the quantization

    // The header goes on behind the bytes that were given, and no context length was among them: a tokenizer of some
    // megabytes may stand before it.
    bool needs_more = false;
};

// Of the first bytes of a weights file, however few. Nothing if they do not begin a little-endian GGUF file of version
// 1 to 3, or are none any more further on. Time and memory are bounded by the bytes given, whatever they claim.
std::optional<GgufFacts> read_gguf_header(std::string_view first_bytes);

} // namespace codemate
