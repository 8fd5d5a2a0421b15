#include "support/catch.hpp"

#include "codemate/model/gguf.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

using namespace codemate;

namespace {

// The format's value types that the tests write.
enum class Type : std::uint8_t {
    u8 = 0,
    i8 = 1,
    u16 = 2,
    u32 = 4,
    i32 = 5,
    f32 = 6,
    boolean = 7,
    text = 8,
    array = 9,
    u64 = 10,
    i64 = 11
};

// Builds the bytes of a header, as the format describes it.
class Builder {
public:
    explicit Builder(std::uint64_t version = 3) : version_(version) {}

    static std::string number(std::uint64_t value, std::size_t size) {
        std::string bytes;
        for (std::size_t i = 0; i < size; ++i)
            bytes += static_cast<char>((value >> (8 * i)) & 0xFFU);
        return bytes;
    }
    std::string length(std::uint64_t value) const { return number(value, version_ == 1 ? 4 : 8); }
    std::string text(std::string_view value) const { return length(value.size()) + std::string(value); }

    Builder& pair(std::string_view key, Type type, const std::string& value) {
        pairs_ += text(key) + number(static_cast<std::uint64_t>(type), 4) + value;
        ++count_;
        return *this;
    }
    Builder& word(std::string_view key, std::string_view value) { return pair(key, Type::text, text(value)); }
    Builder& u32(std::string_view key, std::uint64_t value) { return pair(key, Type::u32, number(value, 4)); }
    Builder& tokens(std::size_t count) {
        std::string values;
        for (std::size_t i = 0; i < count; ++i)
            values += text("token" + std::to_string(i));
        return array("tokenizer.ggml.tokens", Type::text, count, values);
    }
    Builder& array(std::string_view key, Type type, std::uint64_t count, const std::string& values) {
        return pair(key, Type::array, number(static_cast<std::uint64_t>(type), 4) + length(count) + values);
    }
    Builder& claim(std::uint64_t count) {
        count_ = count;
        return *this;
    }
    std::string bytes() const { return "GGUF" + number(version_, 4) + length(1) + length(count_) + pairs_; }

private:
    std::uint64_t version_;
    std::uint64_t count_ = 0;
    std::string pairs_;
};

Builder usual() {
    Builder builder;
    return builder.word("general.architecture", "llama")
        .u32("general.file_type", 15)
        .u32("llama.context_length", 32'768)
        .u32("llama.embedding_length", 4096)
        .u32("llama.block_count", 32);
}

GgufFacts facts_of(const std::string& bytes) {
    const auto facts = read_gguf_header(bytes);
    REQUIRE(facts);
    return *facts;
}

} // namespace

TEST_CASE("a header tells what the model is") {
    const GgufFacts facts = facts_of(usual().tokens(50).bytes() + "tensors and weights follow");
    CHECK(facts.architecture == "llama");
    CHECK(facts.context_length == 32'768U);
    CHECK(facts.embedding_length == 4096U);
    CHECK(facts.block_count == 32U);
    CHECK(facts.file_type == 15U);
    CHECK_FALSE(facts.needs_more);
}

TEST_CASE("a context length behind a long tokenizer asks for more bytes") {
    const std::string bytes = Builder()
                                  .word("general.architecture", "qwen2")
                                  .tokens(5000)
                                  .array("tokenizer.ggml.scores", Type::f32, 5000, std::string(20'000, 'x'))
                                  .u32("qwen2.context_length", 131'072)
                                  .bytes();
    const GgufFacts beginning = facts_of(bytes.substr(0, 4096));
    CHECK(beginning.architecture == "qwen2");
    CHECK_FALSE(beginning.context_length);
    CHECK(beginning.needs_more);
    const GgufFacts whole = facts_of(bytes);
    CHECK(whole.context_length == 131'072U);
    CHECK_FALSE(whole.needs_more);
}

TEST_CASE("keys may come in any order, and other architectures' keys do not count") {
    const GgufFacts facts = facts_of(Builder()
                                         .u32("mmproj.context_length", 7)
                                         .u32("gemma3.context_length", 8192)
                                         .word("general.name", "gemma")
                                         .word("general.architecture", "gemma3")
                                         .bytes());
    CHECK(facts.context_length == 8192U);
}

TEST_CASE("whole numbers of every type count, others do not") {
    struct Row {
        Type type;
        std::string value;
        std::optional<std::uint64_t> count;
    };
    const Row row = GENERATE(
        Row{Type::u8, "\x80", 128}, Row{Type::i8, "\x7F", 127}, Row{Type::i8, "\x80", std::nullopt},
        Row{Type::u16, Builder::number(40'000, 2), 40'000}, Row{Type::i32, Builder::number(4096, 4), 4096},
        Row{Type::i32, Builder::number(0xFFFFFFFF, 4), std::nullopt},
        Row{Type::u64, Builder::number(1ULL << 40U, 8), 1ULL << 40U}, Row{Type::i64, Builder::number(9, 8), 9},
        Row{Type::u64, Builder::number(UINT64_MAX, 8), UINT64_MAX},
        Row{Type::i64, Builder::number(UINT64_MAX, 8), std::nullopt},
        Row{Type::f32, Builder::number(0x45800000, 4), std::nullopt}, Row{Type::boolean, "\x01", std::nullopt});
    const GgufFacts facts = facts_of(Builder()
                                         .word("general.architecture", "a")
                                         .pair("a.context_length", row.type, row.value)
                                         .u32("a.block_count", 3)
                                         .bytes());
    CHECK(facts.context_length == row.count);
    CHECK(facts.block_count == 3U); // what follows is still read at its place
}

TEST_CASE("the versions of the format") {
    Builder first(1);
    first.word("general.architecture", "llama").tokens(3).u32("llama.context_length", 2048);
    CHECK(facts_of(first.bytes()).context_length == 2048U);
    Builder second(2);
    second.word("general.architecture", "llama").u32("llama.context_length", 2048);
    CHECK(facts_of(second.bytes()).context_length == 2048U);
    CHECK_FALSE(read_gguf_header(Builder(0).bytes()));
    CHECK_FALSE(read_gguf_header(Builder(4).bytes()));
    CHECK_FALSE(read_gguf_header(Builder(0x03000000).bytes())); // 3, from a big-endian machine
}

TEST_CASE("any beginning of a header is a header that needs more, or has the context length") {
    const std::string bytes = usual().tokens(20).bytes();
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
        const GgufFacts facts = facts_of(bytes.substr(0, size));
        CHECK(facts.needs_more == (size < bytes.size() && !facts.context_length));
    }
}

TEST_CASE("what is no such file is nothing") {
    using namespace std::string_literals;
    for (const std::string& bytes : {"<html>"s, "gguf"s, "GGU!"s, "X"s, "ggml\x01\0\0\0"s, std::string(100, '\0')})
        CHECK_FALSE(read_gguf_header(bytes));
}

TEST_CASE("hostile headers cost no more than their bytes") {
    const auto with = [](const std::string& pair) { return Builder().claim(UINT64_MAX).bytes() + pair; };
    const Builder b;
    SECTION("lengths beyond the end are a cut") {
        const GgufFacts facts = facts_of(with(b.text("a") + Builder::number(8, 4) + b.length(UINT64_MAX)));
        CHECK(facts.needs_more);
    }
    SECTION("arrays whose size wraps are a cut") {
        for (const std::uint64_t count : {UINT64_MAX, UINT64_MAX / 8 + 1, UINT64_MAX / 8 + 2}) {
            const auto array = Builder().array("a", Type::u64, count, "").u32("b", 1).claim(UINT64_MAX).bytes();
            CHECK(facts_of(array).needs_more);
        }
        CHECK(facts_of(Builder().array("a", Type::text, UINT64_MAX, "").bytes()).needs_more);
    }
    SECTION("keys, types and arrays that the format does not have") {
        CHECK_FALSE(read_gguf_header(with(b.length(70'000) + std::string(70'000, 'k'))));
        CHECK_FALSE(read_gguf_header(with(b.text("a") + Builder::number(13, 4) + "1234567890")));
        CHECK_FALSE(read_gguf_header(Builder().array("a", static_cast<Type>(13), 0, "").bytes()));
        CHECK_FALSE(read_gguf_header(Builder().array("a", Type::array, 1, "").bytes()));
    }
    SECTION("an architecture of a megabyte is none") {
        const GgufFacts facts = facts_of(Builder().word("general.architecture", std::string(1 << 20, 'a')).bytes());
        CHECK(facts.architecture.empty());
        CHECK_FALSE(facts.needs_more);
    }
    SECTION("more numbers than are kept") {
        std::string bytes = Builder().claim(UINT64_MAX).bytes();
        for (std::uint64_t i = 0; i < 20'000; ++i)
            bytes += b.text(std::to_string(i)) + Builder::number(4, 4) + Builder::number(i, 4);
        CHECK(facts_of(bytes).needs_more);
    }
}
