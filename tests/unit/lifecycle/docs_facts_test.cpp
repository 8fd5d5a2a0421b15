#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/text.hpp"
#include "codemate/lifecycle/docs.hpp"
#include "codemate/manifest/lock.hpp"

#include <algorithm>
#include <cctype>
#include <map>

// The document that codemate grew out of, beside the one that is made of the built-in files: every fact of it is there,
// or has a successor that is; what was wrong is put right.

using namespace codemate;
namespace use = lifecycle::docs;

namespace {

// Without emphasis and with single blanks, in small letters.
std::string plain(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '`' || text[at] == '*') continue;
        if (text.substr(at).starts_with("&lt;")) {
            result += '<';
            at += 3;
        } else if (std::isspace(static_cast<unsigned char>(text[at])) != 0) {
            if (!result.empty() && result.back() != ' ') result += ' ';
        } else {
            result += text[at];
        }
    }
    return to_lower(trimmed(result));
}

std::string document_text() {
    manifest::Parsed parsed = manifest::parse(manifest::built_in_text(), {});
    const manifest::Origin origin{};
    const use::Facts facts{
        std::move(parsed.manifest), {}, manifest::ReleasesFile(origin).load(), manifest::load_stated_speeds(origin)};
    return use::compose(std::nullopt, use::sections(facts)).text;
}

const std::string& document() {
    static const std::string text = plain(document_text());
    return text;
}

bool says(std::string_view part) {
    return document().find(plain(part)) != std::string::npos;
}

// A line of the original without what makes it a heading, an item or a comment.
std::string_view content_of(std::string_view line) {
    std::string_view text = trimmed(line);
    const std::size_t mark = text.find_first_not_of("#-0123456789.");
    const bool item = mark != std::string_view::npos && mark > 0 && text[mark] == ' ';
    return item ? trimmed(text.substr(mark)) : text;
}

// Fences, rules of tables, and comments that say in words what the command below them does.
bool says_nothing(std::string_view line) {
    const std::string_view text = trimmed(line);
    constexpr std::string_view words = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ()\"/";
    const bool table = text.find("  ") != std::string_view::npos;
    const bool comment =
        !table && text.starts_with("# ") && text.substr(2).find_first_not_of(words) == std::string_view::npos;
    return text.empty() || text.starts_with("```") || text == ")" || comment ||
           text.find_first_not_of("|- ") == std::string_view::npos;
}

// What the original says in other words, or wrongly; and where the new document says it.
const std::multimap<std::string, std::string>& successors() {
    static const std::multimap<std::string, std::string> table{
        {"Codemate-hub uses locally-hosted LLM models via Ollama for code generation, embeddings, and general AI "
         "tasks. "
         "This document tracks which models are recommended and tested for each release version.",
         "Locally hosted models on Ollama for code generation, embeddings and general AI tasks"},
        {"Primary Model (Code Generation & Embeddings)", "### Primary, embedding: qwen2.5-coder:7b-q4_0"},
        {"Fallback Model (General Tasks)", "### Fallback: mistral:latest"},
        {"Why Qwen 2.5 Coder:", "Why qwen2.5-coder:7b-q4_0:"},
        {"Quantization: Q4_0 (4-bit quantization)", "Quantization Q4_0 is 4-bit quantization"},
        {"Context Length: 8192 tokens", "8192 tokens (stated)"},
        {"Context Length: 8192 tokens", "at least 8192 tokens (expected)"},
        {"Languages: Python, JavaScript, Java, C++, Go, Rust, and 20+ more",
         "Python, JavaScript, Java, C++, Go, Rust, 20+ more"},
        {"Pull Command: ./scripts/model-pull.sh default or ollama pull qwen2.5-coder:7b-q4_0",
         "Pulled by ./scripts/model-pull.sh default, or ollama pull qwen2.5-coder:7b-q4_0"},
        {"Pull Command: ./scripts/model-pull.sh default or ollama pull qwen2.5-coder:7b-q4_0",
         "The library lists 7b, 7b-instruct and 7b-instruct-q4_0, not 7b-q4_0"},
        {"Pull Command: ./scripts/model-pull.sh default or ollama pull mistral:latest",
         "Pulled by ./scripts/model-pull.sh default, or ollama pull mistral:latest"},
        {"Configuration: Used in src/memory_setup.py line 60 for embeddings",
         "used in src/memory_setup.py for embeddings (stated for line 60; the value there is DEFAULT_MODEL of "
         "src/constants.py)"},
        {"Performance: Inference speed on target hardware (CPU-first, GPU-optional)",
         "Performance: inference speed on target hardware (CPU first, GPU optional)"},
        {"Size: Disk space and memory requirements (target: <10GB total)",
         "disk space and memory requirements (target: less than 10 GB in total)"},
        {"License: Open-source, commercially usable", "License: open source, commercially usable"},
        {"These models are compatible but not default-installed:",
         "These models are compatible but not default-installed"},
        {"| Model | Size | Context | Notes |", "| Model | Size (stated) | Context (stated) | Notes |"},
        {"| qwen2.5-coder:32b | 18GB | 8192 | Best quality, requires GPU |",
         "| qwen2.5-coder:32b | 18GB | 8192 | Best quality, requires GPU; The library lists it at 19 GB"},
        {"| codellama:34b | 19GB | 16384 | Large context, high quality |",
         "| codellama:34b | 19GB | 16384 | Large context, high quality; GPU recommended |"},
        {"| mixtral:8x7b | 26GB | 32768 | Mixture of experts, excellent |",
         "| mixtral:8x7b | 26GB | 32768 | Mixture of experts, excellent; GPU recommended; larger than the 24GB of the "
         "NVIDIA "
         "RTX 4090: partly on the CPU there |"},
        {"./scripts/model-pull.sh <model-name>", "codemate pull NAME"},
        {"docker exec ollama ollama list", "codemate list"},
        {"docker exec ollama ollama run <model-name> \"Write a Python hello world function\"",
         "ollama run NAME \"Write a Python hello world function\""},
        {"If changing the primary model:", "codemate use primary NAME"},
        {"nano src/memory_setup.py", "codemate refs --rewrite OLD NEW"},
        {"Line 60: embedding_model = \"new-model:tag\"", "src/memory_setup.py has no variable embedding_model"},
        {"nano scripts/model-pull.sh", "The list of models is in codemate.json and nowhere else"},
        {"Update MODEL_DEFAULT variable", "The list of scripts/model-pull.sh is DEFAULT_MODELS, not MODEL_DEFAULT"},
        {"nano README.md", "codemate refs --rewrite OLD NEW # brings sources, scripts and documents along"},
        {"nano docs/MODEL_SELECTION.md", "codemate refs # every mention of a model in the project's files"},
        {"If embedding model changes:", "If the embedding model changes"},
        {"tar -czf chroma_db-backup-$(date +%Y%m%d).tar.gz chroma_db/", "prints the exact commands for a backup"},
        {"rm -rf chroma_db/", "for the removal and for the rebuild; it runs none of them"},
        {"\"model\": \"new-model\",", "\"model\": \"NAME\","},
        {"nano docs/MODEL_VERSIONS.md", "codemate docs # this document"},
        {"Update CHANGELOG.md", "records roles, digests and what has changed; CHANGELOG.md, too"},
        {"nano CHANGELOG.md", "codemate release X.Y.Z"},
        {"git add docs/MODEL_VERSIONS.md CHANGELOG.md src/memory_setup.py scripts/model-pull.sh",
         "git add codemate.json codemate.lock codemate.releases.json CHANGELOG.md docs/MODEL_VERSIONS.md"},
        {"git tag -a models-vX.Y.Z -m \"Model configuration for version X.Y.Z\"",
         "codemate release X.Y.Z --tag # git tag -a models-vX.Y.Z, with every model's digest in its message"},
        {"For verification and reproducibility, record model digests:",
         "For verification and reproducibility each model is pinned"},
        {"Example output format:", "No digests were recorded with this release"},
        {"NAME                      ID              SIZE", "codemate list # NAME, ID, SIZE"},
        {"qwen2.5-coder:7b-q4_0    abc123def456    4.7GB", "~4.7GB (stated)"},
        {"mistral:latest            789ghi012jkl    4.1GB", "~4.1GB (stated)"},
        {"To verify a model's integrity:", "codemate verify --deep"},
        {"docker exec ollama ollama show <model-name> | grep -i digest",
         "ollama show NAME | grep -i digest prints nothing"},
        {"du -sh $(docker volume inspect ollama_data --format '{{.Mountpoint}}')", "codemate du"},
        {"./scripts/model-prune.sh keep-models", "codemate prune --optional"},
        {"Models that are never pruned by model-prune.sh:", "Models that are never pruned:"},
        {"To protect additional models, edit scripts/model-prune.sh:",
         "To protect additional models, add a line to codemate.json"},
        {"PROTECTED_MODELS=(", "that list was PROTECTED_MODELS"},
        {"\"qwen2.5-coder\"", "qwen2.5-coder (all variants)"},
        {"\"mistral\"", "mistral (all variants)"},
        {"Approximate inference speeds on common hardware:",
         "Approximate inference speeds that were stated for common hardware"},
        {"docker exec ollama ollama pull <model-name>", "codemate pull NAME"},
        {"Error: Model specified in memory_setup.py not available",
         "The model that a program names for its embeddings is not there"},
        {"Solution: Pull the correct model", "codemate pull embedding"},
        {"docker exec ollama ollama pull <model-from-above>", "codemate pull embedding"},
        {"Or update memory_setup.py to use available model",
         "codemate refs # which models the sources really name, and where"},
        {"./scripts/model-prune.sh list-unused", "codemate list --unused"},
        {"docker exec ollama ollama rm <model-name>", "codemate rm NAME"},
        {"1. Use smaller model (e.g., mistral instead of qwen2.5-coder:32b)",
         "1. Use a smaller model: codemate list --available"},
        {"2. Enable GPU support (see docs/GPU_SETUP.md)", "2. Enable GPU support"},
        {"3. Increase OLLAMA_NUM_THREAD env var in docker-compose.yml",
         "OLLAMA_NUM_THREAD does nothing: Ollama does not read it"},
        {"[Model Selection Guide](MODEL_SELECTION.md)", "Model Selection Guide: docs/MODEL_SELECTION.md"},
        {"[GPU Setup Guide](GPU_SETUP.md)", "GPU Setup Guide: docs/GPU_SETUP.md"},
        {"[Model Pruning Script](../scripts/model-prune.sh)", "Model Pruning Script: scripts/model-prune.sh"},
        {"[Memory Setup Script](../src/memory_setup.py)", "Memory Setup Script: src/memory_setup.py"},
        {"Review [docs/MODEL_SELECTION.md](MODEL_SELECTION.md)",
         "Review Model Selection Guide: docs/MODEL_SELECTION.md"},
        {"Open an issue on GitHub", "Open an issue where this project is hosted"},
    };
    return table;
}

// Where the document answers each statement, by its number; "!" in front: the statement was found wrong.
struct Answer {
    std::string number;
    std::vector<std::string> texts;
};

std::vector<Answer> answers() {
    const std::string no_tag = "The library lists 7b, 7b-instruct and 7b-instruct-q4_0, not 7b-q4_0";
    const std::string placeholders = "No digests were recorded with this release";
    return {
        {"S-01", {"recommends and was tested with", "codemate docs --check"}},
        {"S-02", {no_tag, "Content from: qwen2.5-coder:7b-instruct-q4_0"}},
        {"S-03", {"code generation, code analysis, embeddings", "does not report the capability to embed"}},
        {"S-04", {"~4.7GB (stated)", "the stated size is that of qwen2.5-coder:7b, which is Q4_K_M"}},
        {"S-05", {"Q4_0 (stated)", "Quantization Q4_0 is 4-bit quantization"}},
        {"S-06", {"a context of 32768 tokens", "the server serves 4096 unless"}},
        {"S-07", {"Python, JavaScript, Java, C++, Go, Rust, 20+ more"}},
        {"S-08", {"./scripts/model-pull.sh default", "codemate pull primary"}},
        {"S-09", {"Ollama Hub: https://ollama.com/library/qwen2.5-coder"}},
        {"S-10", {"Optimized for code generation, fast inference on CPU (stated); not measured yet"}},
        {"S-11", {"stated for line 60; the value there is DEFAULT_MODEL of src/constants.py"}},
        {"S-12", {"State-of-the-art code generation for its size", "Good balance of quality vs. resource usage"}},
        {"S-13", {"### Fallback: mistral:latest", "general-purpose LLM tasks, chat, reasoning"}},
        {"S-14", {"~4.1GB (stated)", "The tag has moved since: from 4.1 GB in Q4_0 to 4.4 GB in Q4_K_M"}},
        {"S-15", {"Ollama Hub: https://ollama.com/library/mistral", "ollama pull mistral:latest"}},
        {"S-16", {"Fast, efficient, good general-purpose reasoning", "Fallback when code-specific model not needed"}},
        {"S-17", {"CPU first, GPU optional", "held to a promise of the manifest with --gate"}},
        {"S-18", {"code generation accuracy, context understanding", "Quality is not judged by codemate"}},
        {"S-19", {"less than 10 GB in total", "The required set takes at most 10 GB of disk"}},
        {"S-20", {"Q4_0 preferred", "Preferred quantizations: Q4_0; codemate check warns of others"}},
        {"S-21", {"works well with Ollama, LangChain, ChromaDB"}},
        {"S-22", {"support for multiple programming languages"}},
        {"S-23", {"open source, commercially usable", "The licence is a layer of the model"}},
        {"S-24", {"### v0.4.0 (2024-12-23) - Current", "Task 08 (Documentation & QA) - No model changes (stated"}},
        {"S-25", {"### v0.3.0 (2024-12-22)", "Enhanced developer experience and automation"}},
        {"S-26", {"### v0.2.0 (2024-12-16)", "Pipeline and Langflow integration completed"}},
        {"S-27", {"### v0.1.0 (2024-12-13)", "codemate release A..B compares two releases by their digests"}},
        {"S-28", {"| codellama:7b | 3.8GB | 4096 | Legacy, replaced by Qwen 2.5 |"}},
        {"S-29", {"| deepseek-coder:6.7b | 3.8GB | 16384 | Large context, good quality |"}},
        {"S-30", {"| starcoder2:7b | 4.0GB | 16384 | Strong code completion |"}},
        {"S-31", {"| codeqwen:7b | 4.3GB | 8192 | Predecessor to Qwen 2.5 Coder |"}},
        {"S-32", {"| llama3:8b | 4.7GB | 8192 | Good reasoning, slower |"}},
        {"S-33", {"| gemma:7b | 5.0GB | 8192 | Google's model, efficient |"}},
        {"S-34", {"| neural-chat:7b | 4.1GB | 4096 | Fast, conversational |"}},
        {"S-35", {"| phi3:mini | 2.3GB | 4096 | Very small, limited quality |"}},
        {"S-36", {"| qwen2.5-coder:32b | 18GB | 8192 | Best quality, requires GPU; The library lists it at 19 GB"}},
        {"S-37", {"| codellama:34b | 19GB | 16384 | Large context, high quality"}},
        {"S-38", {"larger than the 24GB of the NVIDIA RTX 4090: partly on the CPU there"}},
        {"S-39", {"codemate pull NAME # a candidate; what is not declared leaves no trace in codemate.lock"}},
        {"S-40", {"codemate list # verify the download"}},
        {"S-41", {"\"Write a Python hello world function\""}},
        {"S-42", {"src/memory_setup.py has no variable embedding_model", "codemate use embedding NAME"}},
        {"S-43", {"is DEFAULT_MODELS, not MODEL_DEFAULT", "in codemate.json and nowhere else"}},
        {"S-44", {"codemate refs # every mention of a model in the project's files"}},
        {"S-45",
         {"prints the exact commands for a backup", "tar -czf chroma_db-backup-$(date +%Y%m%d).tar.gz chroma_db/"}},
        {"S-46", {"for the removal", "rm -rf chroma_db/", "the directory chroma_db/ of the checkout may be empty"}},
        {"S-47", {"docker exec coding-assistant python src/memory_setup.py"}},
        {"S-48", {"--validate 'pytest tests/ -v'"}},
        {"S-49", {"--validate './scripts/test-integration.sh full'"}},
        {"S-50", {"--validate 'docker exec coding-assistant python src/pipeline.py'"}},
        {"S-51", {"\"prompt\": \"def hello_world():\",", "\"stream\": false"}},
        {"S-52", {"codemate docs # this document"}},
        {"S-53", {"CHANGELOG.md, too"}},
        {"S-54", {"git add codemate.json codemate.lock", "git commit -m \"Update model: <reason>\""}},
        {"S-55", {"git tag -a models-vX.Y.Z, with every model's digest in its message"}},
        {"S-56", {"git push origin models-vX.Y.Z"}},
        {"S-57", {placeholders, "Nothing is locked: codemate lock pins each declared model by its digest"}},
        {"S-58", {"### v0.4.0 Models", "### v0.1.0 Models"}},
        {"S-59", {"codemate list # NAME, ID, SIZE of what is installed"}},
        {"S-60", {"~4.7GB (stated)"}},
        {"S-61", {"~4.1GB (stated)"}},
        {"S-62", {"codemate verify --deep # every layer read and hashed, too"}},
        {"S-63", {"ollama show NAME | grep -i digest prints nothing", "codemate show NAME --json"}},
        {"S-64", {"Container: /root/.ollama/models/"}},
        {"S-65", {"Volume: ollama_data (Docker named volume)", "Compose puts the project's name before it"}},
        {"S-66", {"removed by ./scripts/teardown.sh", "codemate pull --locked brings the exact models back"}},
        {"S-67", {"docker system df"}},
        {"S-68", {"codemate list # all models"}},
        {"S-69", {"codemate du # what each model takes, shared layers once"}},
        {"S-70", {"codemate prune --optional"}},
        {"S-71",
         {"qwen2.5-coder (all variants)",
          "protected one tag of each of these two and the bare name, not all variants"}},
        {"S-72", {"mistral (all variants)", "would not cover mistral-nemo, mistral-small or someone/mistral"}},
        {"S-73", {"\"protected\": [\"your-model-here\"]"}},
        {"S-74",
         {"Stated: CPU-Only (Intel i7-12700K, 32GB RAM) - qwen2.5-coder:7b-q4_0: ~12 tokens/sec (stated) - "
          "mistral:latest: ~15 tokens/sec (stated) - First token latency: 200-500ms (stated)"}},
        {"S-75",
         {"Stated: GPU (NVIDIA RTX 3080, 10GB VRAM) - qwen2.5-coder:7b-q4_0: ~40 tokens/sec (stated) - "
          "mistral:latest: ~45 tokens/sec (stated) - First token latency: 50-150ms (stated)"}},
        {"S-76",
         {"Stated: GPU (NVIDIA RTX 4090, 24GB VRAM) - qwen2.5-coder:7b-q4_0: ~80 tokens/sec (stated) - "
          "mistral:latest: ~90 tokens/sec (stated) - qwen2.5-coder:32b: ~25 tokens/sec (stated) - First token "
          "latency: not stated"}},
        {"S-77", {"Benchmarks vary based on prompt length, context size, and system load."}},
        {"S-78", {"Nobody recorded how they came about", "Nothing is measured yet"}},
        {"S-79", {"says whether the tag exists, and names the nearest ones where it does not"}},
        {"S-80", {"grep embedding_model src/memory_setup.py finds nothing", "which models the sources really name"}},
        {"S-81", {"codemate list --unused", "codemate prune --dry-run --to-free 5GB", "codemate rm NAME"}},
        {"S-82", {"docker stats", "how much of it is on the GPU"}},
        {"S-83", {"Use a smaller model: codemate list --available"}},
        {"S-84", {"where a model runs on the CPU though there is a GPU", "docs/GPU_SETUP.md"}},
        {"S-85", {"OLLAMA_NUM_THREAD does nothing: Ollama does not read it", "PARAMETER num_thread 8"}},
        {"S-86", {"Close other applications to free memory", "how much the model wants"}},
        {"S-87",
         {"[Ollama Model Library](https://ollama.com/library)", "Model Selection Guide: docs/MODEL_SELECTION.md",
          "GPU Setup Guide: docs/GPU_SETUP.md", "scripts/model-prune.sh", "Memory Setup Script: src/memory_setup.py"}},
        {"S-88", {"[Ollama documentation](https://github.com/ollama/ollama)", "Open an issue"}},
        {"N-1", {"pull_on_startup; nothing in codemate-hub reads that list"}},
        {"N-2", {"code_generation (primary, fallback codellama:7b; num_ctx 8192)"}},
        {"N-3", {"two embedding models, one Chroma store"}},
        {"N-4", {"rtx_5080 (a card of 16 GB; MODEL_SELECTION.md assumes 48 GB)"}},
        {"N-5", {"codemate-coder, codemate-reviewer and codemate-devops"}},
        {"N-6", {"llama2-13b, which it names, is no name of the library"}},
        {"N-7",
         {"build.sh, ollama-gpu-up.sh (all-free), ollama-cluster-up.sh (which hides failures), Deploy-Cluster.ps1"}},
        {"N-8", {"warns under 10 GB of free space on the checkout's disk, not on Docker's"}},
        {"N-9", {"codemate release X.Y.Z --tag", "git push origin models-vX.Y.Z"}},
    };
}

} // namespace

TEST_CASE("every line of the original is in the document, or has a successor that is") {
    const std::string original = test::read_text(std::filesystem::path(CODEMATE_TEST_DATA) / "model_versions.md");
    std::map<std::string, bool> used;
    for (const auto& [line, successor] : successors())
        used[plain(line)] = false;
    std::size_t facts = 0;
    for (const std::string_view line : split(original, '\n')) {
        if (says_nothing(line)) continue;
        ++facts;
        std::vector<std::string> places;
        for (const std::string_view form :
             {content_of(line), trimmed(line).substr(trimmed(line).starts_with("# ") ? 2 : 0)}) {
            for (const auto& [stated, successor] : successors()) {
                if (plain(stated) != plain(form)) continue;
                places.push_back(successor);
                used[plain(stated)] = true;
            }
        }
        INFO(line);
        if (places.empty()) CHECK(says(content_of(line)));
        for (const std::string& place : places) {
            INFO(place);
            CHECK(says(place));
        }
    }
    CHECK(facts > 190);
    for (const auto& [line, is_used] : used) { // a successor of nothing is a mistake of this test
        INFO(line);
        CHECK(is_used);
    }
}

TEST_CASE("each numbered statement has its answer") {
    const std::vector<Answer> all = answers();
    REQUIRE(all.size() == 88 + 9);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::string digits = std::to_string(i < 88 ? i + 1 : i - 87);
        const std::string number = i < 88 ? "S-" + std::string(digits.size() == 1 ? "0" : "") + digits : "N-" + digits;
        INFO(number);
        CHECK(all[i].number == number);
        CHECK_FALSE(all[i].texts.empty());
        for (const std::string& text : all[i].texts) {
            INFO(text);
            CHECK(says(text));
        }
    }
}

TEST_CASE("the sections are those of the original, in its order") {
    std::size_t at = 0;
    for (const char* heading : {"# model version history",
                                "## overview",
                                "## current production models (v0.4.0)",
                                "## notes",
                                "## model selection criteria",
                                "## version history",
                                "## alternative models",
                                "### code-focused models",
                                "### general-purpose models",
                                "### large models (gpu recommended)",
                                "## model update procedure",
                                "### 1. test new model",
                                "### 2. update configuration",
                                "### 3. reinitialize embeddings",
                                "### 4. validate changes",
                                "### 5. document update",
                                "### 6. tag model configuration",
                                "## model checksums",
                                "### v0.4.0 models",
                                "## model storage",
                                "### default storage location",
                                "### disk usage management",
                                "### protected models",
                                "## performance benchmarks",
                                "## troubleshooting",
                                "### model not found",
                                "### embedding model mismatch",
                                "### out of disk space",
                                "### slow inference",
                                "## references",
                                "## questions?"}) {
        INFO(heading);
        const std::size_t found = document().find(heading, at);
        REQUIRE(found != std::string::npos);
        at = found + 1;
    }
}

TEST_CASE("the new document holds what the original did not: nothing to complain of") {
    const std::string original = test::read_text(std::filesystem::path(CODEMATE_TEST_DATA) / "model_versions.md");
    const auto count = [](const std::string& text) {
        std::vector<use::Finding> found;
        use::check_placeholders(text, {}, found);
        const std::size_t placeholders = found.size();
        use::check_figures(text, found);
        return std::pair(placeholders, found.size() - placeholders);
    };
    CHECK(count(original) == std::pair<std::size_t, std::size_t>(2, 9)); // two digests, seven speeds, two latencies
    CHECK(count(document_text()) == std::pair<std::size_t, std::size_t>(0, 0));
    std::vector<use::Finding> links;
    use::check_links(document_text(), {}, links);
    CHECK(links.empty());
}
