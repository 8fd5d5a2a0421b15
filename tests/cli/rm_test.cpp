#include "cli/prune_world.hpp"
#include "support/golden.hpp"

using namespace codemate;
using test::all_three;
using test::Arguments;
using test::has;
using test::names_with;
using test::number;
using test::PruneWorld;
using test::word;
namespace fs = std::filesystem;
using Names = std::vector<std::string>;

TEST_CASE("rm takes what is named, and says how it comes back") {
    PruneWorld world;
    const json::Value planned = world.document({"--dry-run", "tinyllama"}, "rm");
    CHECK(world.installed() == all_three);
    const std::uint64_t before = world.blocks();
    const json::Value done = world.document({"--yes", "tinyllama"}, "rm");
    CHECK(number(done, "status") == 0);
    CHECK(number(done, "freed") == before - world.blocks());
    CHECK(number(done, "would_free") == number(planned, "would_free"));
    CHECK(word(*test::model_of(done, "tinyllama:latest").find("way_back"), "command") ==
          "codemate pull tinyllama@sha256:d584499fa96c");
    CHECK(world.installed() == Names{"mistral:latest", "qwen2.5-coder:7b"});

    const auto again = world.codemate({"rm", "--yes", "tinyllama"});
    CHECK(again.status() == 5);
    CHECK(has(again.err, "'tinyllama:latest' is not installed"));
    test::checked_document(world.codemate({"rm", "--json", "--yes", "tinyllama"}).out, "rm");
}

TEST_CASE("rm where nobody can be asked") {
    PruneWorld world;
    const auto result = world.codemate({"rm", "tinyllama"});
    CHECK(result.status() == 7);
    CHECK(has(result.out, "Would delete 1 model"));
    CHECK(number(world.document({"tinyllama"}, "rm"), "status") == 7);
    CHECK(world.installed() == all_three);
}

TEST_CASE("rm of what a rule keeps wants --force") {
    PruneWorld world;
    world.require("mistral", R"(, "protected": ["qwen2.5-coder"])");
    for (const char* name : {"mistral", "qwen2.5-coder:7b"}) {
        const auto result = world.codemate({"rm", "--yes", name});
        CHECK(result.status() == 7);
        CHECK(has(result.err, "rm --force"));
    }
    CHECK(world.installed() == all_three);
    CHECK(world.codemate({"rm", "--force", "mistral"}).status() == 7); // off a terminal nobody typed it
    const json::Value planned = world.document({"--force", "--dry-run", "mistral"}, "rm");
    CHECK(word(planned.find("models")->elements()[0], "do") == "remove");
    CHECK(world.codemate({"rm", "--force", "--yes", "mistral", "qwen2.5-coder:7b"}).status() == 0);
    CHECK(world.installed() == Names{"tinyllama:latest"});
}

TEST_CASE("on a terminal the name has to be typed") {
    PruneWorld world;
    const auto typed = [&](const std::string& word) {
        test::Command command = world.command({"rm", "--force", "mistral"});
        command.terminal = test::Terminal{.columns = 200};
        test::Process process(command);
        REQUIRE(process.wait_for("Type mistral:latest to confirm: "));
        process.type(word + "\n");
        if (word == "mistral:latest" && process.wait_for("[y/N] ")) process.type("y\n");
        return process.wait().status;
    };
    CHECK(typed("y") == 7);
    CHECK(typed("mistral") == 7);
    CHECK(world.installed() == all_three);
    CHECK(typed("mistral:latest") == 0);
    CHECK(world.installed() == Names{"qwen2.5-coder:7b", "tinyllama:latest"});
}

TEST_CASE("no force removes what is loaded") {
    PruneWorld world;
    world.load("tinyllama");
    for (const Arguments& arguments :
         {Arguments{"rm", "--yes", "tinyllama"}, {"rm", "--yes", "--force", "tinyllama"}}) {
        const auto result = world.codemate(arguments);
        CHECK(result.status() == 7);
        CHECK(has(result.err, "ollama stop tinyllama:latest"));
    }
    CHECK(world.installed() == all_three);
}

TEST_CASE("rm without a manifest keeps what other projects require, and nothing else") {
    PruneWorld world;
    CHECK(world.codemate({"pull"}).status() == 0); // of the project that requires mistral
    test::Command elsewhere = world.command({"rm", "--yes", "mistral", "qwen2.5-coder:7b"});
    const test::TempDir other;
    elsewhere.directory = other.path();
    const auto result = test::run(elsewhere);
    CHECK(result.status() == 7);
    CHECK(has(result.err, "codemate: note: there is no codemate.json here"));
    CHECK(has(result.err, "it is required by "));
    CHECK(world.installed() == Names{"mistral:latest", "tinyllama:latest"});
}

TEST_CASE("rm wants names") {
    PruneWorld world;
    CHECK(world.codemate({"rm"}).status() == 2);
    CHECK(world.codemate({"rm", "--yes", "tiny*"}).status() == 2);
    CHECK(world.codemate({"rm", "--yes", "primary"}).status() == 5); // a role is no model's name
    CHECK(world.installed() == all_three);
}

TEST_CASE("rm removes what does not come back, and says so first") {
    PruneWorld world;
    world.sandbox.set_fault("registry-status=404");
    const auto planned = world.codemate({"rm", "--dry-run", "tinyllama"});
    CHECK(has(planned.out, "tinyllama:latest would not come back: "));
    CHECK(world.codemate({"rm", "--yes", "tinyllama"}).status() == 0);
    CHECK(world.installed() == Names{"mistral:latest", "qwen2.5-coder:7b"});
}
