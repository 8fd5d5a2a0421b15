#include "cli/old_store.hpp"
#include "cli/world.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/raw_http.hpp"

#include <filesystem>

using namespace codemate;
using test::Arguments;
using test::World;
namespace fs = std::filesystem;

namespace {

struct Filled : test::OldStore, World {
    Filled() : World({.store = path()}) {}
};

std::vector<std::string> names_of(const std::string& text) {
    const json::Value document = test::checked_document(text, "list");
    std::vector<std::string> names;
    for (const json::Value& model : document.find("models")->elements())
        names.push_back(*model.find("name")->string());
    return names;
}

} // namespace

TEST_CASE("list in a pipe") {
    const Filled world;
    const auto result = world.codemate({"list"});
    CHECK(result.status() == 0);
    CHECK(test::golden_difference("list.txt", result.out) == "");
    CHECK(result.err ==
          "codemate: note: no codemate.json here, so role and protection are those of the built-in manifest\n");
    CHECK(world.codemate({"list", "-q"}).err.empty());
}

TEST_CASE("list on a terminal") {
    const Filled world;
    CHECK(test::golden_difference("list.terminal.txt", world.in_terminal({"list"}).terminal) == "");
    // Too narrow: names are elided, nothing wraps.
    CHECK(test::golden_difference("list.narrow.txt", world.in_terminal({"list", "-q"}, 70).terminal) == "");
}

TEST_CASE("list as JSON") {
    const Filled world;
    const auto result = world.codemate({"list", "--json"});
    CHECK(result.status() == 0);
    test::checked_document(result.out, "list");
    CHECK(test::golden_difference("list.json", test::steady(result.out, world.sandbox)) == "");
}

TEST_CASE("list by filter and order") {
    const Filled world;
    CHECK(world.codemate({"list", "QWEN"}).out.find("qwen2.5-coder:7b ") != std::string::npos);
    CHECK(world.codemate({"list", "QWEN"}).out.find("mistral") == std::string::npos);
    const auto none = world.codemate({"list", "nothing"});
    CHECK(none.status() == 0);
    CHECK(none.out == "NAME    ID    SIZE    MODIFIED    ROLE    PROTECTED\n");
    CHECK(none.err.find("no model fits 'nothing'") != std::string::npos);
    const std::string by_size = world.codemate({"list", "--sort", "size"}).out;
    CHECK(by_size.size() == world.codemate({"list"}).out.size());
    CHECK(world.codemate({"list", "--available", "--sort", "modified"}).status() == 2);
}

TEST_CASE("what is declared and not installed") {
    const Filled world;
    const auto result = world.codemate({"list", "--available"});
    CHECK(result.status() == 0);
    CHECK(test::golden_difference("list.available.txt", result.out) == "");
    test::checked_document(world.codemate({"list", "--available", "--json"}).out, "list");
}

TEST_CASE("what nothing keeps") {
    Filled world;
    const auto result = world.codemate({"list", "--unused"});
    CHECK(result.status() == 0);
    CHECK(test::golden_difference("list.unused.txt", result.out) == "");
    CHECK(result.err.find("what the built-in manifest keeps") != std::string::npos);
    CHECK(test::golden_difference("list.unused.json", test::steady(world.codemate({"list", "--unused", "--json"}).out,
                                                                   world.sandbox)) == "");

    world.directory().write("codemate.json",
                            R"({"schema":1,"roles":{"chat":"tinyllama"},"models":{"qwen2.5-coder:7b":{}}})");
    CHECK(names_of(world.codemate({"list", "--unused", "--json"}).out) == std::vector<std::string>{"mistral:latest"});
    const auto optional = world.codemate({"list", "--unused", "--optional", "--sort", "size"});
    CHECK(test::golden_difference("list.unused.optional.txt", optional.out) == "");
    CHECK(optional.err.empty());
    CHECK(names_of(world.codemate({"list", "--unused", "--optional", "--json", "qwen"}).out) ==
          std::vector<std::string>{"qwen2.5-coder:7b"});
    const auto none = world.codemate({"list", "--unused", "tiny"});
    CHECK(none.status() == 0);
    CHECK(none.err.find("every installed model that fits 'tiny' is kept") != std::string::npos);
}

TEST_CASE("unused by a manifest that requires nothing: the list says that prune refuses") {
    Filled world;
    world.directory().write("codemate.json", R"({"schema":1})");
    const auto result = world.codemate({"list", "--unused"});
    CHECK(result.status() == 0);
    CHECK(result.err.find("requires no model") != std::string::npos);
    CHECK(world.codemate({"prune", "--dry-run"}).status() == 7);
}

TEST_CASE("what another project required lately is not unused, and show says whose it is") {
    Filled world;
    world.set("CODEMATE_REGISTRY", world.sandbox.url());
    const auto other = world.directory().write("other/codemate.json", R"({"schema":1,"roles":{"r":"tinyllama"}})");
    world.directory().write("codemate.json", R"({"schema":1,"roles":{"r":"mistral"}})");
    CHECK(world.codemate({"pull", "--manifest", other.string()}).status() == 0);
    CHECK(names_of(world.codemate({"list", "--unused", "--json"}).out) == std::vector<std::string>{"qwen2.5-coder:7b"});
    const auto shown = world.codemate({"show", "tinyllama", "--json"});
    test::checked_document(shown.out, "show");
    CHECK(shown.out.find("\"why\": \"elsewhere\"") != std::string::npos);
    CHECK(shown.out.find("other/codemate.json") != std::string::npos);
}

TEST_CASE("what is loaded is not unused") {
    Filled world;
    CHECK(names_of(world.codemate({"list", "--unused", "--json", "tiny"}).out).size() == 1);
    test::exchange(world.sandbox.port(),
                   {.method = "POST", .path = "/api/generate", .body = R"({"model":"tinyllama","keep_alive":-1})"});
    CHECK(names_of(world.codemate({"list", "--unused", "--json", "tiny"}).out).empty());
}

TEST_CASE("options that do not go together") {
    const World world;
    CHECK(world.codemate({"list", "--unused", "--available"}).status() == 2);
    CHECK(world.codemate({"list", "--optional"}).status() == 2);
}

TEST_CASE("an empty server says what to do next") {
    const World world;
    const auto result = world.codemate({"list"});
    CHECK(result.status() == 0);
    CHECK(result.out == "NAME    ID    SIZE    MODIFIED    ROLE    PROTECTED\n");
    CHECK(result.err.find("`codemate pull default`") != std::string::npos);
}

TEST_CASE("a project's own manifest is found from below, and named ones win") {
    const World world;
    world.directory().write(".git/HEAD", "ref: refs/heads/main\n");
    world.directory().write("codemate.json", R"({"schema":1,"roles":{"chat":"tinyllama"}, "protected":["tinyllama"]})");
    world.directory().write("deep/below/file", "");
    world.sandbox.pull("tinyllama:latest");
    test::Command command = world.command({"list"});
    command.directory = world.directory() / "deep/below";
    const auto found = test::run(command);
    CHECK(found.out.find("    chat    yes\n") != std::string::npos);
    CHECK(found.err.empty());
    CHECK(world.codemate({"list", "--manifest", "builtin"}).out.find("chat") == std::string::npos);
    World other;
    other.set("CODEMATE_MANIFEST", "missing.json");
    const auto missing = other.codemate({"list"});
    CHECK(missing.status() == 5);
    CHECK(missing.err.find("missing.json") != std::string::npos);
}

TEST_CASE("codemate's own names are hidden") {
    const World world;
    world.sandbox.pull("mistral:latest");
    const fs::path model = world.sandbox.store() / "manifests/registry.ollama.ai/library/mistral";
    fs::copy_file(model / "latest", model / "latest.codemate-20261122t120000z-0123456789ab");
    CHECK(world.codemate({"list"}).out.find("codemate-2026") == std::string::npos);
}
