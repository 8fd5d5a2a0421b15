#include "sandbox/catalog.hpp"
#include "support/catch.hpp"

#include "codemate/base/digest.hpp"
#include "codemate/base/error.hpp"

#include <set>

using namespace codemate;
using namespace codemate::sandbox;

namespace {

std::set<std::string> digests(const Image& image) {
    std::set<std::string> all;
    for (const auto& layer : image.layers)
        all.insert(layer.digest);
    return all;
}

const Image& image_of(const Catalog& catalog, std::string_view name, Version version = Version::served) {
    return catalog.image(*catalog.find(*Name::parse(name)), version);
}

} // namespace

TEST_CASE("the built-in catalogue has the document's models, with the contexts that it states") {
    struct Stated {
        std::string name;
        std::uint32_t context;
    };
    const Catalog catalog(built_in_catalog());
    for (const auto& [name, context] : std::vector<Stated>{{"qwen2.5-coder:7b-instruct-q4_0", 8192},
                                                           {"qwen2.5-coder:7b", 8192},
                                                           {"mistral:latest", 8192},
                                                           {"neural-chat:latest", 4096},
                                                           {"neural-chat:7b", 4096},
                                                           {"codellama:7b", 4096},
                                                           {"deepseek-coder:6.7b", 16384},
                                                           {"starcoder2:7b", 16384},
                                                           {"codeqwen:7b", 8192},
                                                           {"llama3:8b", 8192},
                                                           {"gemma:7b", 8192},
                                                           {"phi3:mini", 4096},
                                                           {"qwen2.5-coder:32b", 8192},
                                                           {"codellama:34b", 16384},
                                                           {"mixtral:8x7b", 32768}}) {
        INFO(name);
        const auto* entry = catalog.find(*Name::parse(name));
        REQUIRE(entry != nullptr);
        const auto* own = entry->same_as.empty() ? entry : catalog.find(*Name::parse(entry->same_as));
        CHECK(own->served.context >= context);
    }
    // The document's primary model is not in the real registry either.
    CHECK(catalog.find(*Name::parse("qwen2.5-coder:7b-q4_0")) == nullptr);
    CHECK(catalog.find(*Name::parse("nomic-embed-text"))->served.embedding);
}

TEST_CASE("images") {
    const Catalog catalog(built_in_catalog());
    SECTION("are the same in every run") {
        CHECK(image_of(catalog, "tinyllama").digest ==
              "d584499fa96c101711bad5bb49d5d4e442202bcab5ca63107799557203cee65d");
    }
    SECTION("hold what their manifest says") {
        const auto& image = image_of(catalog, "mistral");
        CHECK(Digest::of(image.manifest).hex() == image.digest);
        for (const auto& layer : image.layers) {
            CHECK(image.manifest.find(layer.digest) != std::string::npos);
            CHECK(Digest::of(layer.content.read(0, layer.content.size)).text() == layer.digest);
        }
    }
    SECTION("of two tags may be one") {
        CHECK(image_of(catalog, "neural-chat:7b").digest == image_of(catalog, "neural-chat:latest").digest);
    }
    SECTION("share layers") {
        const auto first = digests(image_of(catalog, "codellama:7b")),
                   second = digests(image_of(catalog, "codellama:34b"));
        std::vector<std::string> shared;
        std::ranges::set_intersection(first, second, std::back_inserter(shared));
        CHECK(shared.size() >= 2); // licence and template at least
    }
    SECTION("move: other weights, the former blobs stay") {
        const auto &now = image_of(catalog, "mistral"), &then = image_of(catalog, "mistral", Version::moved);
        CHECK(now.digest != then.digest);
        CHECK(now.layers[0].digest != then.layers[0].digest);
        CHECK(catalog.blob(now.layers[0].digest));
        CHECK(catalog.blob(then.layers[0].digest));
    }
    SECTION("are found by a blob that nobody has asked for yet") {
        const auto digest = image_of(catalog, "mixtral:8x7b", Version::moved).layers[0].digest;
        CHECK(Catalog(built_in_catalog()).blob(digest));
        CHECK_FALSE(catalog.blob("sha256:" + std::string(64, '0')));
    }
}

TEST_CASE("a catalogue file") {
    const auto entries = parse_catalog(R"({ "models": [ // with comments
      { "name": "me/small:q8", "quantization": "Q8_0", "context": 512, "size": "2MB", "moved": { "quantization": "Q4_0" } },
      { "name": "me/other", "same_as": "me/small:q8" } ] })",
                                       "file.json");
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].served.quantization == "Q8_0");
    CHECK(entries[0].moved.quantization == "Q4_0");
    CHECK(entries[0].moved.context == 512);
    const Catalog catalog(entries);
    const auto& weights = image_of(catalog, "me/small:q8").layers[0].content;
    CHECK(weights.size == 2'000'000);
    // Any part can be had without those before it.
    const auto whole = weights.read(0, weights.size);
    for (const std::uint64_t at : {0U, 604'440U, 604'448U, 604'451U, 1'999'990U})
        CHECK(weights.read(at, 10) == whole.substr(at, 10));
    CHECK(image_of(catalog, "me/other").digest == image_of(catalog, "me/small:q8").digest);
}

TEST_CASE("catalogue files with mistakes are refused with their place") {
    struct Case {
        std::string text, part;
    };
    for (const auto& [text, part] : std::vector<Case>{
             {R"({"models":[{"name":"a b"}]})", "/models/0/name"},
             {R"({"models":[{"name":"a","contxt":1}]})", "/models/0/contxt"},
             {R"({"models":[{"name":"a","context":"x"}]})", "/models/0/context"},
             {R"({"models":[{}]})", "name"},
             {R"({)", "file.json"},
         }) {
        INFO(text);
        std::string message;
        try {
            parse_catalog(text, "file.json");
        } catch (const Error& error) {
            message = error.message();
            CHECK(error.kind() == Kind::usage);
        }
        CHECK(message.find(part) != std::string::npos);
    }
    CHECK_THROWS_AS(Catalog(parse_catalog(R"({"models":[{"name":"a","same_as":"b"}]})", "f")), Error);
}
