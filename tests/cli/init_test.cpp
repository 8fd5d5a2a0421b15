#include "cli/world.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

#include "codemate/json/value.hpp"
#include "codemate/manifest/manifest.hpp"

#include <filesystem>

using namespace codemate;
using test::Place;
using test::read_text;
using test::World;
namespace fs = std::filesystem;

namespace {

std::string manifest_text(const Place& place) {
    return read_text(place.directory() / "codemate.json");
}

struct Filled : World {
    Filled() {
        for (const char* name : {"mistral:latest", "tinyllama:latest"})
            sandbox.pull(name);
    }
};

} // namespace

TEST_CASE("init writes what is installed, and the project is at work with it") {
    const Filled world;
    const fs::path model = world.sandbox.store() / "manifests/registry.ollama.ai/library/mistral";
    fs::copy_file(model / "latest", model / "latest.codemate-20261122t120000z-0123456789ab");
    const auto result = world.codemate({"init"});
    CHECK(result.status() == 0);
    CHECK(result.out == "wrote ./codemate.json: 2 models, 2 of them required\n");
    CHECK(result.err.find("left out: mistral:latest.codemate-20261122t120000z-0123456789ab: ") != std::string::npos);
    CHECK(test::golden_difference("init.codemate.json", manifest_text(world)) == "");
    CHECK(world.codemate({"pull"}).out.find("2 models: 2 up to date") != std::string::npos);

    const auto again = world.codemate({"init"});
    CHECK(again.status() == 0);
    CHECK(again.out == "nothing to add: ./codemate.json declares it all\n");
    CHECK(test::golden_difference("init.codemate.json", manifest_text(world)) == "");
}

TEST_CASE("init adds to a codemate.json, and --force writes it anew") {
    const Filled world;
    world.directory().write("codemate.json",
                            "{\n  \"schema\": 1,\n  \"roles\": { \"chat\": \"mistral\" } // ours\n}\n");
    const auto result = world.codemate({"init"});
    CHECK(result.status() == 0);
    CHECK(result.out == "added tinyllama:latest\nchanged ./codemate.json: 2 models, 2 of them required\n");
    CHECK(manifest_text(world) == "{\n  \"schema\": 1,\n  \"roles\": { \"chat\": \"mistral\" }, // ours\n"
                                  "  \"groups\": { \"default\": [\"chat\", \"tinyllama:latest\"] }\n}\n");
    CHECK(world.codemate({"init", "--force"}).out == "replaced ./codemate.json: 2 models, 2 of them required\n");
    CHECK(test::golden_difference("init.codemate.json", manifest_text(world)) == "");
}

TEST_CASE("init on an empty server is the built-in set, --dry-run only prints") {
    const World world;
    const auto dry = world.codemate({"init", "--dry-run"});
    CHECK(dry.status() == 0);
    CHECK(dry.err.find("so this is the built-in set") != std::string::npos);
    CHECK_FALSE(fs::exists(world.directory() / "codemate.json"));
    CHECK(world.codemate({"init"}).out ==
          "wrote ./codemate.json with the built-in set: 14 models, 2 of them required\n");
    CHECK(manifest_text(world) == dry.out);
    CHECK(world.codemate({"list", "--available", "-q"}).out ==
          world.codemate({"list", "--available", "-q", "--manifest", "builtin"}).out);
}

TEST_CASE("init --from builtin and --from FILE need no server") {
    Place place;
    place.server("127.0.0.1:1");
    const auto refused = place.codemate({"init"});
    CHECK(refused.status() == 4);
    CHECK(refused.err.find("`codemate init --from builtin`") != std::string::npos);
    place.directory().write(
        "models.json",
        R"({"pull_on_startup":["mistral"],"models":{"chat":{"primary":"mistral","parameters":{"num_ctx":4096}}},"gpu":{}})");
    const auto imported = place.codemate({"init", "--from", "models.json"});
    CHECK(imported.status() == 0);
    CHECK(imported.out == "wrote ./codemate.json: 1 model, 1 of them required\n");
    CHECK(imported.err.find("left out: 'gpu': it has no place in codemate.json\n") != std::string::npos);
    CHECK(test::golden_difference("init.imported.json", manifest_text(place)) == "");
    CHECK(place.codemate({"init", "--from", "builtin", "--manifest", "other.json"}).status() == 0);
    CHECK(fs::exists(place.directory() / "other.json"));
    CHECK(place.codemate({"release", "--manifest", "other.json"}).out.find("0.4.0 (current)") != std::string::npos);
    CHECK(read_text(place.directory() / "codemate.releases.json") == manifest::built_in_releases_text());
}

TEST_CASE("init as JSON") {
    const Filled world;
    const json::Value document = test::checked_document(world.codemate({"init", "--json"}).out, "init");
    CHECK(*document.find("action") == json::Value("create"));
    CHECK(document.find("added")->elements().size() == 2);
    CHECK(*document.find("text")->string() == manifest_text(world));
    const json::Value failed =
        test::checked_document(world.codemate({"init", "--json", "--from", "missing.json"}).out, "init");
    CHECK(failed.find("status")->integer() == 5);
}

TEST_CASE("what init refuses") {
    const Filled world;
    CHECK(world.codemate({"init", "--manifest", "builtin"}).status() == 2);
    CHECK(world.codemate({"init", "--from", ""}).status() == 2);
    world.directory().write("bad.json", "{}");
    CHECK(world.codemate({"init", "--from", "bad.json"}).status() == 2);
    world.directory().write("codemate.json", "{ \"schema\": 1, \"rolse\": {} }");
    const auto mistakes = world.codemate({"init"});
    CHECK(mistakes.status() == 2);
    CHECK(mistakes.err.find("/rolse") != std::string::npos);
    CHECK(manifest_text(world) == "{ \"schema\": 1, \"rolse\": {} }");
    CHECK(world.codemate({"init", "--force"}).status() == 0);
}
