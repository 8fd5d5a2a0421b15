#pragma once

#include "cli/old_store.hpp"
#include "cli/world.hpp"
#include "support/catch.hpp"
#include "support/raw_http.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <vector>

namespace codemate::test {

// A project that requires mistral, on a server that has two more models; the registry has all of them. Their manifests
// are three days old.
struct PruneWorld : OldStore, World {
    PruneWorld() : World({.store = path()}) {
        set("CODEMATE_REGISTRY", sandbox.url());
        require("mistral");
    }

    void require(const std::string& model, const std::string& more = "") {
        directory().write("codemate.json", R"({"schema": 1, "roles": {"primary": ")" + model + "\"}" + more + "}");
    }
    void hide_store() { sandbox.set_fault("container"); }
    void load(const std::string& model) const {
        exchange(
            sandbox.port(),
            {.method = "POST", .path = "/api/generate", .body = R"({"model":")" + model + R"(","keep_alive":-1})"});
    }
    void copy(const std::string& from, const std::string& to) const {
        exchange(sandbox.port(), {.method = "POST",
                                  .path = "/api/copy",
                                  .body = R"({"source":")" + from + R"(","destination":")" + to + "\"}"});
    }

    // With codemate's own names.
    std::vector<std::string> installed() const {
        std::vector<std::string> names;
        const std::filesystem::path library = path() / "manifests/registry.ollama.ai/library";
        for (const auto& entry : std::filesystem::recursive_directory_iterator(library)) {
            if (entry.is_regular_file())
                names.push_back(entry.path().parent_path().filename().string() + ":" +
                                entry.path().filename().string());
        }
        std::sort(names.begin(), names.end());
        return names;
    }

    // What models take, and what the server keeps beside: a directory goes with its last manifest.
    enum class Of { files, files_and_directories };
    std::uint64_t blocks(Of what = Of::files_and_directories) const {
        std::uint64_t sum = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(path())) {
            struct stat facts {};
            REQUIRE(::lstat(entry.path().c_str(), &facts) == 0);
            if (entry.is_regular_file() || what == Of::files_and_directories)
                sum += static_cast<std::uint64_t>(facts.st_blocks) * 512;
        }
        return sum;
    }

    json::Value document(Arguments arguments, const std::string& command = "prune") const {
        arguments.insert(arguments.begin(), command);
        arguments.push_back("--json");
        return checked_document(codemate(arguments).out, command);
    }
};

inline const std::vector<std::string> all_three{"mistral:latest", "qwen2.5-coder:7b", "tinyllama:latest"};

inline std::string word(const json::Value& object, std::string_view key) {
    const json::Value* found = object.find(key);
    return found == nullptr || found->string() == nullptr ? "" : *found->string();
}

inline std::uint64_t number(const json::Value& object, std::string_view key) {
    const json::Value* found = object.find(key);
    REQUIRE(found != nullptr);
    REQUIRE(found->unsigned_integer());
    return *found->unsigned_integer();
}

// Those with this word at that key, in their order.
inline std::vector<std::string> names_with(const json::Value& document, std::string_view key, std::string_view value) {
    std::vector<std::string> names;
    for (const json::Value& model : document.find("models")->elements()) {
        if (word(model, key) == value) names.push_back(word(model, "name"));
    }
    return names;
}

inline const json::Value& model_of(const json::Value& document, std::string_view name) {
    for (const json::Value& model : document.find("models")->elements()) {
        if (word(model, "name") == name) return model;
    }
    throw std::runtime_error("no such model in the document");
}

inline bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace codemate::test
