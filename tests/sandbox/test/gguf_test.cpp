#include "sandbox/gguf.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/digest.hpp"

#include <stdexcept>

using namespace codemate;
namespace gguf = codemate::sandbox::gguf;

TEST_CASE("what is written is what is read") {
    const test::TempDir directory;
    const auto path = directory.write(
        "m.gguf", gguf::make({.file_type = 2, .context = 32768, .layers = 3, .width = 32, .feed_forward = 64}));
    const auto file = gguf::read(path);
    CHECK(file.values.at("general.architecture") == json::Value("llama"));
    CHECK(file.values.at("general.file_type").unsigned_integer() == 2);
    CHECK(file.architecture_value("context_length")->unsigned_integer() == 32768);
    CHECK(file.architecture_value("attention.layer_norm_rms_epsilon")->number() == 0.00001);
    CHECK(file.architecture_value("pooling_type") == nullptr);
    CHECK(file.values.at("tokenizer.ggml.tokens").elements().size() == 512);
    CHECK(file.tensors.size() == 2 + 1 + 3 * 9);
    CHECK(file.tensors[0].name == "token_embd.weight");
    CHECK(file.tensors[0].shape == std::vector<std::uint64_t>{32, 512});
    // 2 vocabularies, a norm, and in each layer 2 norms, 4 squares and 3 rectangles
    CHECK(file.values.at("general.parameter_count").unsigned_integer() ==
          2 * 512 * 32 + 32 + 3 * (2 * 32 + 4 * 32 * 32 + 3 * 32 * 64));
}

TEST_CASE("an embedding model has a pooling type") {
    const test::TempDir directory;
    const auto file = gguf::read(directory.write("m.gguf", gguf::make({.embedding = true})));
    CHECK(file.architecture_value("pooling_type") != nullptr);
}

TEST_CASE("the bytes are the same in every run and on every machine") {
    CHECK(gguf::make({}).size() == 604448);
    CHECK(Digest::of(gguf::make({})).hex() == "a969641b35a2cd4498530b69e7547902c4821eb0439555c3d98ce16137449f9b");
    CHECK(gguf::make({.seed = 1}) != gguf::make({.seed = 2}));
}

TEST_CASE("damage is told in the server's words") {
    const test::TempDir directory;
    const auto whole = gguf::make({});
    const auto failure = [&](const std::string& content) -> std::string {
        try {
            gguf::read(directory.write("m.gguf", content));
            return "";
        } catch (const std::runtime_error& error) {
            return error.what();
        }
    };
    CHECK(failure(std::string(64, '\0')) == "invalid file magic");
    CHECK(failure(whole.substr(0, 100)) == "unexpected EOF");
    CHECK(failure(whole.substr(0, whole.size() - 1)) ==
          "tensor \"output.weight\" offset+size (604448) exceeds file size (604447)");
    CHECK(failure(whole + "more").empty());
}

TEST_CASE("quantizations by name and number") {
    CHECK(gguf::file_type_number("Q4_0") == 2);
    CHECK(gguf::file_type_name(15) == "Q4_K_M");
    CHECK(gguf::file_type_number("unknown") == 0);
    CHECK(gguf::file_type_name(999) == "unknown");
}
