#include "cli/locks.hpp"
#include "cli/prune_world.hpp"
#include "support/golden.hpp"
#include "support/screen.hpp"

#include <csignal>

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

namespace {

const Names two{"qwen2.5-coder:7b", "tinyllama:latest"};

} // namespace

TEST_CASE("a dry run of prune, without a look at the disk") {
    PruneWorld world;
    world.hide_store();
    const auto result = world.codemate({"prune", "--dry-run"});
    CHECK(result.status() == 0);
    CHECK(test::golden_difference("prune.plan.txt", test::steady(result.out, world.sandbox)) == "");
    CHECK(has(result.err, "disk: not checked"));
    CHECK(test::golden_difference("prune.plan.json",
                                  test::steady_in(world, world.codemate({"prune", "--dry-run", "--json"}).out)) == "");
    CHECK(world.installed() == all_three);
    CHECK_FALSE(test::has_escape(result.out + result.err));
}

TEST_CASE("what prune does is what its dry run said, and a second one has nothing to do") {
    PruneWorld world;
    const json::Value planned = world.document({"--dry-run"});
    const std::uint64_t before = world.blocks();
    const std::uint64_t files_before = world.blocks(PruneWorld::Of::files);
    const json::Value done = world.document({"--yes"});
    CHECK(number(done, "status") == 0);
    CHECK(word(planned, "measure") == "blocks");
    for (const char* key : {"measure", "would_free", "leftovers", "leftovers_kept", "server", "manifest"})
        CHECK(*planned.find(key) == *done.find(key));
    CHECK(names_with(planned, "do", "remove") == two);
    CHECK(names_with(done, "outcome", "removed") == two);
    for (const std::string& name : all_three) {
        for (const char* key : {"do", "digest", "size", "frees", "named", "kept_by", "way_back"}) {
            const json::Value* then = test::model_of(planned, name).find(key);
            const json::Value* now = test::model_of(done, name).find(key);
            REQUIRE((then == nullptr) == (now == nullptr));
            if (then != nullptr) CHECK(*then == *now);
        }
    }
    // What was announced is what came free, by the disk's own word.
    CHECK(number(done, "would_free") == files_before - world.blocks(PruneWorld::Of::files));
    CHECK(number(done, "freed") == before - world.blocks());
    CHECK(world.installed() == Names{"mistral:latest"});

    const auto again = world.codemate({"prune", "--yes"});
    CHECK(again.status() == 0);
    CHECK(has(again.out, "Nothing to remove\n"));
    CHECK(world.codemate({"verify"}).status() == 0);
}

TEST_CASE("what models share comes free with the last one of them") {
    PruneWorld world;
    world.copy("tinyllama", "twin");
    const std::uint64_t before = world.blocks();
    const json::Value one = world.document({"twin", "--yes"});
    CHECK(number(one, "freed") == before - world.blocks());
    CHECK(number(one, "freed") < 10'000); // a manifest and its directory
    const json::Value both = world.document({"--dry-run"});
    CHECK(number(both, "would_free") > 1'000'000);
}

TEST_CASE("prune tells what it does, and how it comes back") {
    PruneWorld world;
    const auto result = world.codemate({"prune", "--yes", "tinyllama"});
    CHECK(result.status() == 0);
    CHECK(has(result.err, "server " + world.sandbox.url()));
    CHECK(has(result.err, "tinyllama:latest: ok: removed\n"));
    CHECK(has(result.out, "Deleted 1 model; "));
    const std::string back = "tinyllama:latest comes back with: codemate pull tinyllama@sha256:d584499fa96c\n";
    CHECK(has(result.out, back));
    const auto pulled = world.codemate({"pull", "tinyllama@sha256:d584499fa96c", "--yes"});
    CHECK(pulled.status() == 0);
    CHECK(has(world.codemate({"list", "-q"}).out, "d584499fa96c"));
    CHECK(world.codemate({"prune", "--yes", "--progress", "none", "tinyllama"}).err ==
          world.codemate({"prune", "--dry-run"}).err);
}

TEST_CASE("the way back leads to the same content after the tag has moved") {
    PruneWorld world;
    CHECK(world.codemate({"prune", "--yes", "tinyllama"}).status() == 0);
    world.sandbox.set_fault("moving-tag=tinyllama:latest");
    const auto pulled = world.codemate({"pull", "tinyllama@sha256:d584499fa96c", "--yes"});
    CHECK(pulled.status() == 0);
    CHECK(has(world.codemate({"list", "-q"}).out, "d584499fa96c"));
}

TEST_CASE("prune where nobody can be asked prints its plan") {
    PruneWorld world;
    const auto result = world.codemate({"prune"});
    CHECK(result.status() == 7);
    CHECK(has(result.out, "remove    qwen2.5-coder:7b"));
    CHECK(has(result.out, "Would delete 2 models"));
    CHECK(has(result.err, "--yes"));
    CHECK(world.installed() == all_three);
    const json::Value document = world.document({});
    CHECK(number(document, "status") == 7);
    CHECK(word(*document.find("error"), "kind") == "refused");
    CHECK(names_with(document, "do", "remove") == two);
    CHECK(world.installed() == all_three);
}

TEST_CASE("prune on a terminal shows the plan and asks") {
    PruneWorld world;
    const auto answered = [&](std::string_view answer, const Arguments& arguments = {"prune", "tinyllama"}) {
        test::Command command = world.command(arguments);
        command.terminal = test::Terminal{.columns = 160};
        test::Process process(command);
        REQUIRE(process.wait_for("[y/N] "));
        CHECK(has(process.terminal(), "Remove tinyllama:latest, which frees "));
        CHECK(has(process.terminal(), "would come back with"));
        process.type(answer);
        return process.wait().status;
    };
    CHECK(answered("n\n") == 7);
    CHECK(answered("\n") == 7);
    CHECK(answered("\x04") == 7);
    CHECK(answered("\x03") == 130);
    CHECK(world.installed() == all_three);
    CHECK(answered("y\n") == 0);
    CHECK(world.installed() == Names{"mistral:latest", "qwen2.5-coder:7b"});
    // Nothing to ask where nothing goes, and with --yes.
    CHECK(world.in_terminal({"prune", "mistral*"}).status() == 0);
    CHECK(world.in_terminal({"prune", "--yes"}).status() == 0);
    CHECK(world.installed() == Names{"mistral:latest"});
}

TEST_CASE("what is kept, and what it takes to name it") {
    PruneWorld world;
    world.require("mistral", R"(, "protected": ["qwen2.5-coder"])");
    const json::Value protectedly = world.document({"--dry-run"});
    CHECK(names_with(protectedly, "do", "remove") == Names{"tinyllama:latest"});

    const auto named = world.codemate({"prune", "--yes", "qwen2.5-coder:7b", "tinyllama"});
    CHECK(named.status() == 7);
    CHECK(has(named.err, "'qwen2.5-coder:7b' stays: it is protected by 'qwen2.5-coder'"));
    CHECK(world.installed() == Names{"mistral:latest", "qwen2.5-coder:7b"}); // the rest is done

    const auto absent = world.codemate({"prune", "--yes", "tinyllama"});
    CHECK(absent.status() == 5);
    CHECK(has(absent.err, "is not installed"));
    CHECK(number(world.document({"--yes", "tinyllama"}), "status") == 5);
    CHECK(number(world.document({"--yes", "tinyllama", "mistral"}), "status") == 1); // two reasons
    CHECK(world.codemate({"prune", "--yes", "primary"}).status() == 7);
    CHECK(world.codemate({"prune", "--yes", "default"}).status() == 0); // a group is no name
    const auto none = world.codemate({"prune", "--yes", "nothing*"});
    CHECK(none.status() == 0);
    CHECK(has(none.err, "no model fits 'nothing*'"));
}

TEST_CASE("prune --keep and --optional") {
    PruneWorld world;
    world.require("mistral", R"(, "models": {"tinyllama": {}})");
    CHECK(names_with(world.document({"--dry-run"}), "do", "remove") == Names{"qwen2.5-coder:7b"});
    CHECK(names_with(world.document({"--dry-run", "--optional"}), "do", "remove") == two);
    CHECK(names_with(world.document({"--dry-run", "--optional", "--keep", "qwen2.5-coder"}), "do", "remove") ==
          Names{"tinyllama:latest"});
    CHECK(names_with(world.document({"--dry-run", "--keep", "qwen2.5-coder", "--keep", "tinyllama"}), "do", "remove")
              .empty());
    CHECK(world.codemate({"prune", "--keep", "*"}).status() == 2);
}

TEST_CASE("prune --older-than, by the time of the pull where the disk does not say more") {
    PruneWorld world;
    world.hide_store();
    CHECK(names_with(world.document({"--dry-run", "--older-than", "30d"}), "do", "remove").empty());
    const json::Value old = world.document({"--dry-run", "--older-than", "60h"});
    CHECK(names_with(old, "do", "remove") == two);
    CHECK(has(word(test::model_of(old, "tinyllama:latest"), "reason"), "pulled 3 days ago"));
    CHECK(world.codemate({"prune", "--older-than", "soon"}).status() == 2);
}

TEST_CASE("prune --to-free takes no more than that, and says what is lacking") {
    PruneWorld world;
    const json::Value some = world.document({"--dry-run", "--to-free", "500KB"});
    CHECK(number(some, "status") == 0);
    CHECK(names_with(some, "do", "remove").size() == 1);
    CHECK(number(some, "would_free") >= 500'000);
    CHECK(has(some.find("models")->elements()[1].find("reason")->string() == nullptr
                  ? ""
                  : *some.find("models")->elements()[2].find("reason")->string(),
              "enough comes free without it"));

    const auto short_of_it = world.codemate({"prune", "--yes", "--to-free", "20GB"});
    CHECK(short_of_it.status() == 1);
    CHECK(has(short_of_it.err, "less than the 20 GB of --to-free"));
    CHECK(world.installed() == Names{"mistral:latest"}); // what there is comes free
    const json::Value nothing = world.document({"--yes", "--to-free", "1MB"});
    CHECK(number(nothing, "status") == 1);
    CHECK(number(nothing, "shortfall") == 1'000'000);
    CHECK(world.codemate({"prune", "--to-free", "much"}).status() == 2);
}

TEST_CASE("several manifests: what any of them keeps is kept") {
    PruneWorld world;
    const std::string other =
        world.directory().write("other/codemate.json", R"({"schema":1,"roles":{"r":"tinyllama"}})").string();
    const json::Value document = world.document({"--yes", "--manifest", "codemate.json", "--manifest", other});
    CHECK(number(document, "status") == 0);
    CHECK(names_with(document, "outcome", "removed") == Names{"qwen2.5-coder:7b"});
    CHECK(has(word(test::model_of(document, "tinyllama:latest"), "reason"), "other/codemate.json"));
}

TEST_CASE("what another project used the server for is kept for it") {
    PruneWorld world;
    const std::string other =
        world.directory().write("other/codemate.json", R"({"schema":1,"roles":{"r":"tinyllama"}})").string();
    CHECK(world.codemate({"pull", "--manifest", other}).status() == 0);
    const json::Value document = world.document({"--dry-run"});
    CHECK(names_with(document, "do", "remove") == Names{"qwen2.5-coder:7b"});
    CHECK(word(test::model_of(document, "tinyllama:latest").find("kept_by")->elements()[0], "why") == "elsewhere");
    CHECK(names_with(world.document({"--dry-run", "--only-this-manifest"}), "do", "remove") == two);
    world.server("http://localhost:" + std::to_string(world.sandbox.port())); // the same server by another name
    CHECK(names_with(world.document({"--dry-run"}), "do", "remove") == Names{"qwen2.5-coder:7b"});
    world.later(std::chrono::hours(24 * 89));
    CHECK(names_with(world.document({"--dry-run"}), "do", "remove") == Names{"qwen2.5-coder:7b"});
    world.later(std::chrono::hours(24 * 91));
    CHECK(names_with(world.document({"--dry-run"}), "do", "remove") == two);
}

TEST_CASE("a dry run refuses what the real run would refuse") {
    const PruneWorld world;
    world.sandbox.set_fault("status=500@/api/ps");
    const auto dry = world.codemate({"prune", "--dry-run"});
    CHECK(dry.status() == 4);
    CHECK(dry.err.find("does not say what is loaded, so nothing is removed") != std::string::npos);
    CHECK(world.codemate({"prune", "--yes"}).status() == 4);
}

TEST_CASE("nothing says what to keep") {
    PruneWorld world;
    fs::remove(world.directory() / "codemate.json");
    for (const Arguments& arguments : {Arguments{"prune", "--yes"}, Arguments{"prune", "--dry-run"}}) {
        const auto without = world.codemate(arguments);
        CHECK(without.status() == 7);
        CHECK(has(without.err, "there is no codemate.json here"));
        CHECK(has(without.err, "codemate init"));
    }
    CHECK(number(world.document({"--yes"}), "status") == 7);
    world.directory().write("codemate.json", R"({"schema": 1, "protected": ["mistral"]})");
    const auto nothing = world.codemate({"prune", "--yes"});
    CHECK(nothing.status() == 7);
    CHECK(has(nothing.err, "requires no model"));
    CHECK(world.installed() == all_three);
    // The built-in manifest, if it is named, is one.
    CHECK(names_with(world.document({"--dry-run", "--manifest", "builtin"}), "do", "remove") ==
          Names{"tinyllama:latest"});
}

TEST_CASE("what is loaded stays, and is told how it ends") {
    PruneWorld world;
    world.load("tinyllama");
    const json::Value document = world.document({"--yes"});
    CHECK(number(document, "status") == 0);
    CHECK(names_with(document, "outcome", "removed") == Names{"qwen2.5-coder:7b"});
    CHECK(has(word(test::model_of(document, "tinyllama:latest"), "reason"), "ollama stop tinyllama:latest"));
    CHECK(world.codemate({"prune", "--yes", "tinyllama"}).status() == 7);
}

TEST_CASE("a models directory of another server is not believed") {
    PruneWorld world;
    const fs::path empty = world.directory() / "empty";
    fs::create_directories(empty / "blobs");
    fs::create_directories(empty / "manifests");
    const auto result = world.codemate({"prune", "--dry-run", "--models-dir", empty.string()});
    CHECK(result.status() == 0);
    CHECK(has(result.err, "disk: not checked"));
    const json::Value document = world.document({"--yes", "--models-dir", empty.string()});
    CHECK(word(document, "measure") == "layers"); // the registry knows them
    CHECK(document.find("freed")->is_null());
    CHECK(names_with(document, "outcome", "removed") == two);
}

TEST_CASE("without a registry nothing goes that is not named, and the figures are upper bounds") {
    PruneWorld world;
    world.hide_store();
    world.set("CODEMATE_REGISTRY", "http://127.0.0.1:1");
    const auto result = world.codemate({"prune", "--yes"});
    CHECK(result.status() == 0);
    CHECK(has(result.out, "it would not come back"));
    CHECK(world.installed() == all_three);
    const auto plan = world.codemate({"prune", "--dry-run", "tinyllama"});
    CHECK(has(plan.out, "up to 440 KB"));
    CHECK(has(plan.out, "tinyllama:latest would not come back: "));
    const auto named = world.codemate({"prune", "--yes", "tinyllama"});
    CHECK(named.status() == 0);
    CHECK(world.installed() == Names{"mistral:latest", "qwen2.5-coder:7b"});
    CHECK_FALSE(has(named.out, "comes back with"));
}

TEST_CASE("what a registry has no more goes only if it is named") {
    PruneWorld world;
    world.sandbox.set_fault("registry-status=404");
    CHECK(names_with(world.document({"--yes"}), "outcome", "removed").empty());
    CHECK(world.installed() == all_three);
}

TEST_CASE("progress of a prune as JSON lines") {
    PruneWorld world;
    const auto result = world.codemate({"prune", "--yes", "--progress", "json", "tinyllama"});
    CHECK(result.status() == 0);
    CHECK(has(result.err, "\"removed\""));
    CHECK(has(result.err, "tinyllama:latest"));
}

TEST_CASE("an interrupted prune says what is gone and what is not") {
    PruneWorld world;
    world.sandbox.set_fault("hang@/api/delete");
    test::Process process(world.command({"prune", "--yes", "--json"}));
    REQUIRE(process.wait_for("qwen2.5-coder:7b: removing"));
    process.send(SIGINT);
    const test::Exit exit = process.wait();
    CHECK(exit.status == 130);
    const json::Value document = test::checked_document(process.out(), "prune");
    CHECK(number(document, "status") == 130);
    CHECK(document.find("interrupted")->boolean() == true);
    CHECK(names_with(document, "outcome", "removed").empty());
    // The first one had begun, or was about to.
    CHECK(word(test::model_of(document, "qwen2.5-coder:7b"), "outcome") != "removed");
    CHECK(word(test::model_of(document, "tinyllama:latest"), "outcome") == "not_started");
    for (const std::string& name : all_three)
        CHECK(std::ranges::count(world.installed(), name) == 1);
    // The next run clears up.
    world.sandbox.clear_faults();
    CHECK(world.codemate({"prune", "--yes"}).status() == 0);
    CHECK(world.installed() == Names{"mistral:latest"});
}

TEST_CASE("a server that fails one deletion does not stop the others") {
    PruneWorld world;
    world.sandbox.set_fault("status=500@/api/delete#1");
    const json::Value document = world.document({"--yes"});
    CHECK(number(document, "status") == 1);
    CHECK(names_with(document, "outcome", "failed") == Names{"qwen2.5-coder:7b"});
    CHECK(names_with(document, "outcome", "removed") == Names{"tinyllama:latest"});
}

TEST_CASE("a server that is not there") {
    PruneWorld world;
    world.server("http://127.0.0.1:1");
    CHECK(world.codemate({"prune", "--yes"}).status() == 4);
    CHECK(number(world.document({"--yes"}), "status") == 4);
}

TEST_CASE("the wrapper's keep-models asks on a terminal") {
    PruneWorld world;
    fs::create_directories(world.directory() / "bin");
    fs::create_symlink(test::codemate_program(), world.directory() / "bin/codemate");
    fs::copy(fs::path(CODEMATE_SOURCE_DIR) / "scripts", world.directory() / "scripts", fs::copy_options::recursive);
    world.set("PATH", (world.directory() / "bin").string() + ":/usr/bin:/bin");
    const auto answered = [&](std::string_view answer) {
        test::Command command = world.command({"keep-models"});
        command.argv.front() = (world.directory() / "scripts/model-prune.sh").string();
        command.terminal = test::Terminal{.columns = 160};
        test::Process process(command);
        REQUIRE(process.wait_for("[y/N] "));
        process.type(answer);
        return process.wait().status;
    };
    CHECK(answered("n\n") == 1);
    CHECK(world.installed() == all_three);
    CHECK(answered("y\n") == 0);
    CHECK(world.installed() == Names{"mistral:latest"});
}
