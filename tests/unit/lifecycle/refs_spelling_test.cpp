#include "lifecycle/refs/keys.hpp"
#include "lifecycle/refs/spelling.hpp"
#include "lifecycle/refs/vocabulary.hpp"
#include "support/catch.hpp"

using namespace codemate;
using namespace codemate::lifecycle::refs;

TEST_CASE("near names, and such as differ on purpose") {
    CHECK(is_near("mistrl", "mistral"));
    CHECK(is_near("Mistarl", "mistral"));
    CHECK(is_near("qwen2.5-codr", "qwen2.5-coder"));
    CHECK(is_near("nomic-embed-txt", "nomic-embed-text"));
    CHECK_FALSE(is_near("mistral", "mistral"));
    CHECK_FALSE(is_near("llama3", "llama2"));
    CHECK_FALSE(is_near("llama3.2", "llama3"));
    CHECK_FALSE(is_near("phi", "pho")); // too short to say
    CHECK_FALSE(is_near("kestrel", "mistral"));
}

TEST_CASE("tags as libraries write them") {
    for (const char* tag : {"latest", "7b", "1.5b", "8x7b", "7b-instruct-q4_0", "q4_K_M", "Q8_0", "v1.5", "335m", "e4b",
                            "30b-a3b", "mini", "128k", "fp16", "70b_q4"})
        CHECK(is_usual_tag(tag));
    for (const char* tag : {"", "3", "11434", "30", "b", "the", "rw", "7", "bx", "quick", "7bx"})
        CHECK_FALSE(is_usual_tag(tag));
}

TEST_CASE("what a misspelt name most likely means") {
    const std::vector<ModelName> names{ModelName::parse("mistral"), ModelName::parse("qwen2.5-coder:7b-q4_0"),
                                       ModelName::parse("qwen2.5-coder:32b")};
    const Vocabulary vocabulary(names);
    struct Row {
        const char* written;
        const char* meant; // empty: nothing
    };
    const Row rows[] = {
        {"mistral", ""},
        {"mistrl", "mistral:latest"},
        {"mistral:lates", "mistral:latest"},
        {"mistral:7b", ""},
        {"mistral:instruct", ""},
        {"mixtral:8x7b", ""}, // a model of its own
        {"qwen2.5-codr:32b", "qwen2.5-coder:32b"},
        {"qwen2.5-coder:7b_q4_0", "qwen2.5-coder:7b-q4_0"},
        {"qwen2.5-coder:7b-q8_0", ""},
        {"qwen2.5-coder", ""},
        {"llama2-13b", "llama2:13b"},
        {"my-13b", ""},
        {"unheard-of:7b", ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.written);
        const auto meant = vocabulary.meant(ModelName::parse(row.written));
        CHECK((meant ? meant->display() : "") == row.meant);
    }
}

TEST_CASE("keys whose value is a model") {
    for (const char* key :
         {"model", "MODEL", "defaultModel", "model_name", "DEFAULT_MODELS", "MODEL_DEFAULT", "llm", "model_1"})
        CHECK(force_of(key) == KeyForce::model);
    for (const char* key : {"OLLAMA_MODEL", "ollama.model", "pull_on_startup"})
        CHECK(force_of(key) == KeyForce::ollama);
    for (const char* key : {"", "port", "model_path", "modelConfig", "remodelled", "MODEL_DIR", "a_rather_long_key"})
        CHECK(force_of(key) == KeyForce::none);
    CHECK(force_of("primary") == KeyForce::role);
    CHECK(force_of("Name") == KeyForce::generic);
    CHECK(is_constant("DEFAULT_MODEL"));
    CHECK_FALSE(is_constant("default_model"));
}
