#include "support/catch.hpp"

#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"
#include "codemate/manifest/manifest.hpp"

#include <algorithm>

// Each fact of codemate-hub's list of models stands in the built-in files.

using namespace codemate;
using namespace codemate::manifest;

namespace {

using Strings = std::vector<std::string>;

const Manifest& built_in() {
    static const Manifest manifest = [] {
        Parsed parsed = parse(built_in_text(), Origin{});
        if (!parsed.problems.empty()) throw to_error(parsed.manifest.origin, parsed.problems);
        return std::move(parsed.manifest);
    }();
    return manifest;
}

const json::Value& releases() {
    static const json::Document document = json::read(built_in_releases_text(), "releases", json::Comments::allowed);
    return document.root;
}

ModelName name(std::string_view text) {
    return ModelName::parse(text);
}

const Declared& model(std::string_view text) {
    return built_in().models.at(name(text));
}

bool has(const Strings& texts, std::string_view part) {
    return std::any_of(texts.begin(), texts.end(),
                       [&](const std::string& text) { return text.find(part) != text.npos; });
}

std::string text_at(const json::Value& value, std::string_view key) {
    const json::Value* found = value.find(key);
    return found != nullptr && found->is_string() ? *found->string() : std::string("nothing");
}

const std::string primary = "qwen2.5-coder:7b-q4_0";
const std::string fallback = "mistral:latest";

} // namespace

TEST_CASE("the built-in manifest has no mistakes") {
    const Parsed parsed = parse(built_in_text(), Origin{});
    CHECK(to_error(parsed.manifest.origin, parsed.problems).notes().empty());
    CHECK(built_in().project == "codemate-hub");
    CHECK(built_in().version == "0.4.0");
    CHECK(has(built_in().about.purpose, "code generation, embeddings and general AI tasks"));
    CHECK(has(built_in().about.purpose,
              "which model artifacts each release of codemate-hub recommends and was tested with"));
}

TEST_CASE("the roles") {
    CHECK(built_in().roles == std::map<std::string, ModelName>{{"primary", name(primary)},
                                                               {"fallback", name(fallback)},
                                                               {"embedding", name(primary)}});
    CHECK(required_set(built_in()) == std::vector<ModelName>{name(primary), name(fallback)});
    CHECK(built_in().roles_of(name(primary)) == Strings{"primary", "embedding"});
}

TEST_CASE("the primary model") {
    const Declared& declared = model(primary);
    CHECK(declared.from == name("qwen2.5-coder:7b-instruct-q4_0"));
    CHECK(declared.about.purpose == Strings{"code generation", "code analysis", "embeddings"});
    CHECK(declared.about.stated.size == "4.7GB");
    CHECK(declared.about.stated.quantization == "Q4_0");
    CHECK(declared.about.stated.context == 8192U);
    CHECK(declared.expect.context == 8192U);
    CHECK(declared.about.languages == Strings{"Python", "JavaScript", "Java", "C++", "Go", "Rust", "20+ more"});
    CHECK(declared.about.performance == "Optimized for code generation, fast inference on CPU");
    CHECK(declared.about.why == Strings{"State-of-the-art code generation for its size",
                                        "Excellent multilingual support", "Fast inference with Q4 quantization",
                                        "Strong performance on code completion and analysis tasks",
                                        "Good balance of quality vs. resource usage"});
    for (const char* part : {"./scripts/model-pull.sh default", "ollama pull qwen2.5-coder:7b-q4_0",
                             "src/memory_setup.py for embeddings", "line 60", "4-bit"}) {
        INFO(part);
        CHECK(declared.about.notes.find(part) != std::string::npos);
    }
}

// The hub's page follows from the name: codemate docs writes it.
TEST_CASE("the fallback model") {
    const Declared& declared = model(fallback);
    CHECK_FALSE(declared.from);
    CHECK(declared.about.purpose == Strings{"general-purpose LLM tasks", "chat", "reasoning"});
    CHECK(declared.about.stated.size == "4.1GB");
    CHECK(declared.about.stated.quantization == "Q4_0");
    CHECK(declared.about.stated.context == 8192U);
    CHECK(declared.expect.context == 8192U);
    CHECK(declared.about.performance == "Fast, efficient, good general-purpose reasoning");
    CHECK(declared.about.why == Strings{"Reliable general-purpose model", "Fast inference",
                                        "Good reasoning capabilities", "Fallback when code-specific model not needed"});
    for (const char* part : {"./scripts/model-pull.sh default", "ollama pull mistral:latest"}) {
        INFO(part);
        CHECK(declared.about.notes.find(part) != std::string::npos);
    }
}

TEST_CASE("what codemate has no business with is stated, never expected") {
    for (const auto& [model, declared] : built_in().models) {
        INFO(model.display());
        CHECK_FALSE(declared.expect.size);
        CHECK_FALSE(declared.expect.quantization);
        CHECK_FALSE(declared.promise.decode_tps);
    }
}

TEST_CASE("the selection criteria") {
    const auto [word, part] = GENERATE(table<std::string, std::string>({
        {"Performance", "CPU first, GPU optional"},
        {"Quality", "code generation accuracy, context understanding"},
        {"Size", "less than 10 GB in total"},
        {"Quantization", "Q4_0 preferred"},
        {"Compatibility", "Ollama, LangChain, ChromaDB"},
        {"Multilingual", "multiple programming languages"},
        {"License", "open source, commercially usable"},
    }));
    INFO(word);
    const Strings& criteria = built_in().about.criteria;
    CHECK(criteria.size() == 7);
    CHECK(std::count_if(criteria.begin(), criteria.end(), [&, &word = word, &part = part](const std::string& text) {
              return text.starts_with(word + ":") && text.find(part) != text.npos;
          }) == 1);
}

TEST_CASE("the criteria that can be checked are") {
    CHECK(built_in().disk_budget == ByteCount(10'000'000'000));
    CHECK(built_in().preferred_quantizations == Strings{"Q4_0"});
    REQUIRE(built_in().vector_store);
    CHECK(built_in().vector_store->chroma == "chroma_db");
    CHECK(built_in().vector_store->rebuild == "docker exec coding-assistant python src/memory_setup.py");
    CHECK(built_in().chroma_directory() == "chroma_db");
    const ByteCount stated =
        ByteCount::parse(model(primary).about.stated.size) + ByteCount::parse(model(fallback).about.stated.size);
    CHECK(stated == ByteCount(8'800'000'000));
}

TEST_CASE("the alternatives, in their groups") {
    struct Alternative {
        std::string group, model, size;
        std::uint64_t context;
        std::string note;
    };
    const auto each = GENERATE(values<Alternative>({
        {"code", "codellama:7b", "3.8GB", 4096, "Legacy, replaced by Qwen 2.5"},
        {"code", "deepseek-coder:6.7b", "3.8GB", 16384, "Large context, good quality"},
        {"code", "starcoder2:7b", "4.0GB", 16384, "Strong code completion"},
        {"code", "codeqwen:7b", "4.3GB", 8192, "Predecessor to Qwen 2.5 Coder"},
        {"general", "llama3:8b", "4.7GB", 8192, "Good reasoning, slower"},
        {"general", "gemma:7b", "5.0GB", 8192, "Google's model, efficient"},
        {"general", "neural-chat:7b", "4.1GB", 4096, "Fast, conversational"},
        {"general", "phi3:mini", "2.3GB", 4096, "Very small, limited quality"},
        {"large", "qwen2.5-coder:32b", "18GB", 8192, "Best quality, requires GPU"},
        {"large", "codellama:34b", "19GB", 16384, "Large context, high quality"},
        {"large", "mixtral:8x7b", "26GB", 32768, "Mixture of experts, excellent"},
    }));
    INFO(each.model);
    const Strings& group = built_in().groups.at(each.group);
    CHECK(std::count(group.begin(), group.end(), each.model) == 1);
    const Declared& declared = model(each.model);
    CHECK(declared.about.stated.size == each.size);
    CHECK(declared.about.stated.context == each.context);
    CHECK(declared.about.notes.starts_with(each.note));
    CHECK_FALSE(declared.expect.context);
    CHECK(declared.expect.gpu.has_value() == (each.model == "qwen2.5-coder:32b"));
    const std::vector<ModelName> required = required_set(built_in());
    CHECK(std::count(required.begin(), required.end(), name(each.model)) == 0);
}

TEST_CASE("the groups hold nothing else") {
    CHECK(built_in().groups.size() == 4);
    CHECK(built_in().groups.at("code").size() == 4);
    CHECK(built_in().groups.at("general").size() == 4);
    CHECK(built_in().groups.at("large").size() == 3);
    CHECK(built_in().groups.at("all-free") == Strings{"default", "neural-chat:latest"});
    CHECK(built_in().models.size() == 2 + 11 + 1);
    CHECK(model("qwen2.5-coder:32b").expect.gpu == true);
    for (const char* large : {"codellama:34b", "mixtral:8x7b"})
        CHECK(model(large).about.notes.find("GPU recommended") != std::string::npos);
}

TEST_CASE("what is protected, with all its variants") {
    CHECK(built_in().protect.size() == 2);
    for (const char* kept : {"qwen2.5-coder:7b-q4_0", "qwen2.5-coder:32b", "mistral:latest", "mistral:7b-instruct"}) {
        INFO(kept);
        CHECK(built_in().is_protected(name(kept)));
    }
    for (const char* free : {"mistral-nemo", "mistral-small", "someone/mistral", "qwen2.5", "codellama:7b"}) {
        INFO(free);
        CHECK_FALSE(built_in().is_protected(name(free)));
    }
    CHECK(has(built_in().about.notes, "One more line in \"protected\" protects another model"));
}

TEST_CASE("what the neighbouring files of codemate-hub add is kept as notes") {
    for (const char* part : {"pull_on_startup", "code_generation (primary, fallback codellama:7b",
                             "vision (llava:7b, fallback bakllava:latest", "two embedding models, one Chroma store",
                             "rtx_5080", "codemate-coder, codemate-reviewer and codemate-devops"}) {
        INFO(part);
        CHECK(has(built_in().about.notes, part));
    }
}

TEST_CASE("the releases") {
    struct Release {
        std::size_t place;
        std::string version, date, changes, notes;
    };
    const auto each = GENERATE(values<Release>({
        {0, "0.4.0", "2024-12-23", "Task 08 (Documentation & QA) - No model changes",
         "Comprehensive testing and documentation added"},
        {1, "0.3.0", "2024-12-22", "Tasks 05-07 (Enclaves, Dev UX, Automation) - No model changes",
         "Enhanced developer experience and automation"},
        {2, "0.2.0", "2024-12-16", "Tasks 03-04 (Application, Langflow) - No model changes",
         "Pipeline and Langflow integration completed"},
        {3, "0.1.0", "2024-12-13", "Initial release (Tasks 01-02: Infrastructure, Models & Data)",
         "First stable release with core functionality"},
    }));
    REQUIRE(releases().find("releases")->elements().size() == 4);
    const json::Value& release = releases().find("releases")->elements()[each.place];
    CHECK(text_at(release, "version") == each.version);
    CHECK(text_at(release, "date") == each.date);
    CHECK(text_at(release, "primary") == primary);
    CHECK(text_at(release, "fallback") == fallback);
    CHECK(text_at(release, "changes") == each.changes);
    CHECK(text_at(release, "notes") == each.notes);
    CHECK(release.find("current")->boolean() == (each.version == built_in().version));
}

TEST_CASE("the stated speeds") {
    struct Speed {
        std::size_t hardware;
        std::string processor, name, memory, model;
        std::uint64_t tps;
        std::optional<std::uint64_t> first_min, first_max;
    };
    const auto each = GENERATE(values<Speed>({
        {0, "cpu", "Intel i7-12700K", "32GB", "qwen2.5-coder:7b-q4_0", 12, 200, 500},
        {0, "cpu", "Intel i7-12700K", "32GB", "mistral:latest", 15, 200, 500},
        {1, "gpu", "NVIDIA RTX 3080", "10GB", "qwen2.5-coder:7b-q4_0", 40, 50, 150},
        {1, "gpu", "NVIDIA RTX 3080", "10GB", "mistral:latest", 45, 50, 150},
        {2, "gpu", "NVIDIA RTX 4090", "24GB", "qwen2.5-coder:7b-q4_0", 80, {}, {}},
        {2, "gpu", "NVIDIA RTX 4090", "24GB", "qwen2.5-coder:32b", 25, {}, {}},
        {2, "gpu", "NVIDIA RTX 4090", "24GB", "mistral:latest", 90, {}, {}},
    }));
    const json::Value& benchmarks = *releases().find("benchmarks");
    CHECK(benchmarks.find("stated")->boolean() == true);
    REQUIRE(benchmarks.find("hardware")->elements().size() == 3);
    const json::Value& hardware = benchmarks.find("hardware")->elements()[each.hardware];
    CHECK(text_at(hardware, "processor") == each.processor);
    CHECK(text_at(hardware, "name") == each.name);
    CHECK(text_at(hardware, "memory") == each.memory);
    const json::Value* first = hardware.find("ttft_ms");
    CHECK((first == nullptr ? std::nullopt : first->find("min")->unsigned_integer()) == each.first_min);
    CHECK((first == nullptr ? std::nullopt : first->find("max")->unsigned_integer()) == each.first_max);
    const auto models = hardware.find("models")->elements();
    CHECK(std::count_if(models.begin(), models.end(), [&](const json::Value& row) {
              return text_at(row, "model") == each.model && row.find("decode_tps")->unsigned_integer() == each.tps;
          }) == 1);
}

TEST_CASE("what the stated speeds depend on, and what they measure") {
    const json::Value& benchmarks = *releases().find("benchmarks");
    CHECK(*benchmarks.find("notes")->elements()[0].string() ==
          "Benchmarks vary based on prompt length, context size, and system load.");
    REQUIRE(benchmarks.find("metrics")->elements().size() == 2);
    CHECK(benchmarks.find("metrics")->elements()[0].string()->starts_with("decode_tps"));
    CHECK(benchmarks.find("metrics")->elements()[1].string()->starts_with("ttft_ms"));
    // Every model of the history is a declared one.
    for (const json::Value& hardware : benchmarks.find("hardware")->elements()) {
        for (const json::Value& row : hardware.find("models")->elements())
            CHECK(built_in().declared(name(text_at(row, "model"))) != nullptr);
    }
}
