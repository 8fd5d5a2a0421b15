#include "support/catch.hpp"

#include "codemate/manifest/manifest.hpp"

using namespace codemate;
using namespace codemate::manifest;

namespace {

constexpr std::string_view full = R"(// A comment.
{
  "$schema": "./codemate.schema.json",
  "schema": 1,
  "project": "p",
  "version": "0.4.0-rc1",
  "about": { "purpose": ["a"], "criteria": ["b", "c"], "notes": ["d"] },
  "ollama": ">=0.21",
  "roles": { "primary": "qwen2.5-coder:7b", "embedding": "nomic-embed-text" },
  "groups": { "free": ["default", "phi3:mini"], "default": ["primary", "mistral"] }, /* another */
  "protected": ["mistral", "someone/*"],
  "budget": { "disk": "10GB" },
  "policy": { "quantization": ["Q4_0", "Q4_K_M"] },
  "models": {
    "qwen2.5-coder:7b": {
      "from": "qwen2.5-coder:7b-instruct",
      "expect": {
        "size": "4.7 GB", "quantization": "Q4_0", "context": 8192, "gpu": false,
        "license": "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
      },
      "options": { "num_ctx": 8192, "stop": ["a", "b"] },
      "promise": { "decode_tps": 10, "ttft_ms": 500.5 },
      "about": {
        "purpose": ["code"], "languages": ["C++"], "why": ["x", "y"], "performance": "fast", "notes": ["n", "m"],
        "stated": { "size": 4700000000, "quantization": "Q4_0", "context": 4096 }
      }
    }
  },
  "vector_store": { "chroma": "chroma_db", "dimension": 3584 },
  "mirrors": ["http://registry.lan:5000", "https://mirror.example/"]
}
)";

ModelName name(std::string_view text) {
    return ModelName::parse(text);
}

Manifest good(std::string_view text) {
    Parsed parsed = parse(text, Origin{Origin::How::option, "/p/codemate.json", "codemate.json"});
    for (const Problem& problem : parsed.problems)
        UNSCOPED_INFO("line " << problem.line << ": " << problem.path << ": " << problem.text);
    REQUIRE(parsed.problems.empty());
    return std::move(parsed.manifest);
}

} // namespace

TEST_CASE("every key of a manifest is read") {
    const Manifest manifest = good(full);
    CHECK(manifest.origin.how == Origin::How::option);
    CHECK(manifest.project == "p");
    CHECK(manifest.version == "0.4.0-rc1");
    CHECK(manifest.about.purpose == std::vector<std::string>{"a"});
    CHECK(manifest.about.criteria == std::vector<std::string>{"b", "c"});
    CHECK(manifest.about.notes == std::vector<std::string>{"d"});
    CHECK(manifest.ollama == ">=0.21");
    CHECK(manifest.roles == std::map<std::string, ModelName>{{"embedding", name("nomic-embed-text")},
                                                             {"primary", name("qwen2.5-coder:7b")}});
    CHECK(manifest.groups == std::map<std::string, std::vector<std::string>>{{"default", {"primary", "mistral"}},
                                                                             {"free", {"default", "phi3:mini"}}});
    CHECK(manifest.preferred_quantizations == std::vector<std::string>{"Q4_0", "Q4_K_M"});
    CHECK(manifest.disk_budget == ByteCount(10'000'000'000));
    CHECK(manifest.mirrors == std::vector<std::string>{"http://registry.lan:5000", "https://mirror.example/"});
    REQUIRE(manifest.vector_store);
    CHECK(manifest.vector_store->dimension == 3584U);
    CHECK(manifest.vector_store->chroma == "chroma_db");
    CHECK(manifest.vector_store->collection.empty());
}

TEST_CASE("every key of a model is read") {
    const Manifest manifest = good(full);
    const Declared& model = manifest.models.at(name("qwen2.5-coder:7b"));
    CHECK(model.from == name("qwen2.5-coder:7b-instruct"));
    CHECK(model.expect.size == ByteCount(4'700'000'000));
    CHECK(model.expect.quantization == "Q4_0");
    CHECK(model.expect.context == 8192U);
    CHECK(model.expect.license == "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
    CHECK(model.expect.gpu == false);
    CHECK(model.promise.decode_tps == 10.0);
    CHECK(model.promise.ttft_ms == 500.5);
    CHECK(model.options.find("num_ctx")->unsigned_integer() == 8192);
    CHECK(model.about.purpose == std::vector<std::string>{"code"});
    CHECK(model.about.languages == std::vector<std::string>{"C++"});
    CHECK(model.about.why == std::vector<std::string>{"x", "y"});
    CHECK(model.about.performance == "fast");
    CHECK(model.about.notes == "n\nm");
    CHECK(ByteCount::parse(model.about.stated.size) == ByteCount(4'700'000'000));
    CHECK(model.about.stated.quantization == "Q4_0");
    CHECK(model.about.stated.context == 4096U);
}

TEST_CASE("models, roles and groups declare models") {
    const Manifest manifest = good(full);
    std::vector<std::string> names;
    for (const auto& [model, declared] : manifest.models)
        names.push_back(model.display());
    CHECK(names ==
          std::vector<std::string>{"mistral:latest", "nomic-embed-text:latest", "phi3:mini", "qwen2.5-coder:7b"});
    CHECK(manifest.declared(name("MISTRAL")) == &manifest.models.at(name("mistral")));
    CHECK(manifest.declared(name("mistral:7b")) == nullptr);
    CHECK(manifest.declared(name("qwen2.5-coder:7b-instruct")) == nullptr);
}

TEST_CASE("what protects a model, and which roles it has") {
    const Manifest manifest = good(full);
    CHECK(manifest.is_protected(name("mistral:7b-instruct")));
    CHECK(manifest.is_protected(name("someone/anything:x")));
    CHECK_FALSE(manifest.is_protected(name("mistral-nemo")));
    CHECK_FALSE(manifest.is_protected(name("qwen2.5-coder:7b")));
    CHECK(manifest.roles_of(name("Qwen2.5-coder:7B")) == std::vector<std::string>{"primary"});
    CHECK(manifest.roles_of(name("mistral")).empty());
}

TEST_CASE("the smallest manifest") {
    const Manifest manifest = good(R"({"schema": 1})");
    CHECK(manifest.models.empty());
    CHECK_FALSE(manifest.vector_store);
    CHECK_FALSE(manifest.embedding_model());
    CHECK(manifest.chroma_directory().empty());
    CHECK_FALSE(manifest.disk_budget);
}

TEST_CASE("one model in several roles, and roles as members, are no mistake") {
    const Manifest manifest =
        good(R"({"schema": 1, "roles": {"b": "m", "a": "m:latest"}, "groups": {"g": ["a", "b", "default"]}})");
    CHECK(manifest.roles_of(name("m")) == std::vector<std::string>{"b", "a"}); // as written
    CHECK(manifest.models.size() == 1);
}

TEST_CASE("an origin is shown as people know it") {
    CHECK(Origin{}.display() == "built-in manifest");
    CHECK(Origin{Origin::How::option}.display() == "built-in manifest");
    CHECK(Origin{Origin::How::option, "/a/b.json", "../b.json"}.display() == "../b.json");
    CHECK(Origin{Origin::How::found, "/a/b.json"}.display() == "/a/b.json");
    CHECK(Origin{Origin::How::found, "/a/b\x1b[31m.json"}.display() == "/a/b\\x1b[31m.json");
}

TEST_CASE("problems become one error") {
    const Origin origin{Origin::How::found, "/p/codemate.json", "./codemate.json"};
    const std::vector<Problem> problems{{3, "/rolse", "unknown key 'rolse'", "roles"},
                                        {7, "/budget/disk", "expected a size", ""},
                                        {0, "", "not valid", ""}};
    const Error error = to_error(origin, problems);
    CHECK(error.kind() == Kind::manifest);
    CHECK(error.message() == "./codemate.json has 3 mistakes");
    CHECK(error.notes() == std::vector<std::string>{"line 3: /rolse: unknown key 'rolse' (did you mean 'roles'?)",
                                                    "line 7: /budget/disk: expected a size", "not valid"});
    CHECK(to_error(origin, std::span(problems).first(1)).message() == "./codemate.json has 1 mistake");
}

TEST_CASE("a vector store, and the model that makes its vectors") {
    Manifest manifest = good(R"({"schema": 1, "roles": {"embeddings": "a", "primary": "b"},
        "vector_store": {"chroma": "data/chroma", "volume": "v", "collection": "docs", "dimension": 768,
                         "rebuild": "make vectors # all of them"}})");
    REQUIRE(manifest.vector_store);
    CHECK(manifest.vector_store->volume == "v");
    CHECK(manifest.vector_store->collection == "docs");
    CHECK(manifest.vector_store->rebuild == "make vectors # all of them");
    CHECK(manifest.embedding_model() == ModelName::parse("a"));
    manifest.origin = {Origin::How::option, "/p/x/codemate.json", "x/codemate.json"};
    CHECK(manifest.chroma_directory() == "/p/x/data/chroma");
    manifest.vector_store->chroma = "/abs";
    CHECK(manifest.chroma_directory() == "/abs");
    CHECK(good(R"({"schema": 1, "roles": {"embedding": "c", "embeddings": "a"}})").embedding_model() ==
          ModelName::parse("c"));
}
