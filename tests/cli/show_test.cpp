#include "cli/locks.hpp"
#include "cli/old_store.hpp"
#include "cli/world.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/raw_http.hpp"
#include "support/raw_server.hpp"

#include "codemate/base/text.hpp"

#include <filesystem>

using namespace codemate;
using test::World;
namespace fs = std::filesystem;

namespace {

constexpr const char* project = R"({"schema": 1,
    "roles": {"primary": "qwen2.5-coder:7b", "fallback": "mistral"},
    "groups": {"default": ["primary", "fallback"], "more": ["fallback", "tinyllama"]},
    "models": {"mistral": {"expect": {"context": 8192}}},
    "protected": ["mistral"]})";

struct Filled : test::OldStore, World {
    Filled() : World({.store = path()}) {
        set("CODEMATE_REGISTRY", sandbox.url());
        directory().write("codemate.json", project);
    }
    void read_disk() { set("OLLAMA_MODELS", path().string()); }
    json::Value model(test::Arguments arguments) {
        arguments.insert(arguments.begin(), {"show", "--json"});
        return *test::checked_document(codemate(arguments).out, "show").find("model");
    }
};

// Without what depends on the file system: how many blocks files take there.
std::string without_blocks(const std::string& text) {
    std::string result;
    for (const std::string_view line : split(text, '\n')) {
        const bool blocks = line.find("on the disk ") != std::string_view::npos;
        result += (blocks ? "    on the disk     BLOCKS" : std::string(line)) + "\n";
    }
    result.pop_back(); // behind the last line there is none
    return result;
}

constexpr const char* no_disk = "codemate: note: disk: not checked, the server may be remote\n";

} // namespace

TEST_CASE("show in a pipe and on a terminal") {
    const Filled world;
    world.sandbox.set_fault("container");
    const auto result = world.codemate({"show", "fallback"});
    CHECK(result.status() == 0);
    CHECK(test::golden_difference("show.txt", result.out) == "");
    CHECK(result.err == no_disk);
    CHECK(test::golden_difference("show.terminal.txt", world.in_terminal({"show", "-q", "fallback"}).terminal) == "");
}

TEST_CASE("show beside the server's models directory") {
    Filled world;
    world.read_disk();
    const auto result = world.codemate({"show", "mistral"});
    CHECK(result.err.empty());
    CHECK(test::golden_difference("show.disk.txt", without_blocks(result.out)) == "");
    CHECK(result.out.find(" come free without it\n") != std::string::npos);
    const json::Value model = world.model({"mistral"});
    CHECK(model.find("unique")->unsigned_integer() > 0U);
    const json::Value& layer = model.find("layers")->elements()[0];
    CHECK(layer.find("shared_with")->is_array());
}

TEST_CASE("show as JSON, against a lock") {
    Filled world;
    test::write_project(world, "mistral", R"({"context": 8192})");
    world.sandbox.set_fault("container");
    const auto result = world.codemate({"show", "--json", "primary"});
    CHECK(result.status() == 0);
    test::checked_document(result.out, "show");
    CHECK(test::golden_difference("show.json", test::steady_in(world, result.out)) == "");
}

TEST_CASE("a tag that has moved, and a context that is asked for") {
    Filled world;
    world.sandbox.set_fault("moving-tag=mistral:latest");
    const auto result = world.codemate({"show", "mistral", "--context", "100000"});
    CHECK(result.status() == 0);
    CHECK(result.out.find("the tag has moved: weights changed") != std::string::npos);
    CHECK(result.out.find("for a context of 100000: weights ") != std::string::npos);
    CHECK(result.out.find("; the model supports 32768\n") != std::string::npos);
    for (const char* wrong : {"0", "-1", "8k", "1e3"})
        CHECK(world.codemate({"show", "mistral", "--context", wrong}).status() == 2);
}

TEST_CASE("a registry that does not answer is no failure") {
    Filled world;
    const test::DeadPort dead;
    world.set("CODEMATE_REGISTRY", dead.url().text());
    const auto result = world.codemate({"show", "mistral"});
    CHECK(result.status() == 0);
    CHECK(result.out.find("    registry     not known: ") != std::string::npos);
    world.sandbox.set_fault("container");
    CHECK(world.codemate({"show", "mistral"}).out.find("  Layers\n    not known\n") != std::string::npos);
    CHECK(*world.model({"mistral"}).find("upstream")->find("state") == json::Value("failed"));
}

TEST_CASE("what is loaded") {
    Filled world;
    const auto load = test::exchange(
        world.sandbox.port(), {.method = "POST", .path = "/api/generate", .body = R"({"model":"mistral:latest"})"});
    REQUIRE(load.status == 200);
    const auto result = world.codemate({"show", "mistral"});
    CHECK(result.out.find("    served       4096\n") != std::string::npos);
    CHECK(result.out.find("    loaded      yes, ") != std::string::npos);
    CHECK(result.out.find("it is loaded; `ollama stop mistral:latest` ends that") != std::string::npos);
    const json::Value model = world.model({"mistral"});
    CHECK(model.find("loaded")->boolean() == true);
    CHECK(model.find("running")->find("context")->unsigned_integer() == 4096U);
}

TEST_CASE("names that are nobody's, a group's, or none") {
    const Filled world;
    const auto unknown = world.codemate({"show", "--json", "mistrl"});
    CHECK(unknown.status() == 5);
    CHECK(unknown.err == "codemate: error: 'mistrl' is neither installed nor declared nor locked\n"
                         "hint: did you mean 'mistral'?\n");
    test::checked_document(unknown.out, "show");
    CHECK(world.codemate({"show", "more"}).status() == 2);
    CHECK(world.codemate({"show"}).status() == 2);
    CHECK(world.codemate({"show", "a", "b"}).status() == 2);
}

TEST_CASE("what is declared only, and the built-in manifest") {
    Filled world;
    world.directory().write("codemate.json", R"({"schema": 1, "roles": {"primary": "llama3:8b"}})");
    const auto declared = world.codemate({"show", "primary"});
    CHECK(declared.status() == 0);
    CHECK(declared.out.find("    name         llama3:8b\n    installed    no\n") != std::string::npos);
    const auto built_in = world.codemate({"show", "mistral", "--manifest", "builtin"});
    CHECK(built_in.err.empty());
}

TEST_CASE("a directory that is another server's is not believed") {
    Filled world;
    const test::TempDir other;
    fs::create_directories(other.path() / "blobs");
    fs::create_directories(other.path() / "manifests");
    const auto result = world.codemate({"show", "mistral", "--models-dir", other.path().string()});
    CHECK(result.status() == 0);
    CHECK(result.err.find("does not have the model as the server lists it") != std::string::npos);
    CHECK(result.out.find("    on the disk     not known\n") != std::string::npos);
}
