#include "cli/locks.hpp"
#include "cli/world.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/raw_server.hpp"

using namespace codemate;
using test::World;

namespace {

// Three models, of which mistral's tag has moved since: other weights, in another quantization.
struct Moved : World {
    Moved() {
        set("CODEMATE_REGISTRY", sandbox.url());
        for (const char* name : {"mistral:latest", "tinyllama:latest"})
            sandbox.pull(name);
        sandbox.set_fault("moving-tag=mistral:latest");
    }
};

const json::Value& model(const json::Value& document, std::size_t index) {
    return document.find("models")->elements()[index];
}

} // namespace

TEST_CASE("outdated against what is installed") {
    const Moved world;
    const auto result = world.codemate({"outdated"});
    CHECK(result.status() == 0);
    CHECK(test::golden_difference("outdated.txt", result.out) == "");
    CHECK(result.err.empty());
    CHECK(world.codemate({"outdated", "--check"}).status() == 3);
    CHECK(world.codemate({"outdated", "--check", "tinyllama"}).status() == 0);
}

TEST_CASE("outdated against the lock, layer by layer") {
    const Moved world;
    test::write_project(world, "mistral");
    const auto result = world.codemate({"outdated"});
    CHECK(result.status() == 0);
    CHECK(test::golden_difference("outdated.lock.txt", result.out) == "");
    const auto as_json = world.codemate({"outdated", "--json", "--check"});
    CHECK(as_json.status() == 3);
    test::checked_document(as_json.out, "outdated");
    CHECK(test::golden_difference("outdated.json", test::steady_in(world, as_json.out)) == "");
}

TEST_CASE("-v shows changed texts, and a changed licence stands out without it") {
    const test::TempDir directory;
    World world(
        {.catalog = directory.write("catalog.json", R"({"models": [{"name": "chat", "template": "{{ .Prompt }}\n",
        "license": "free for all\n", "moved": {"template": "{{ .System }}\n{{ .Prompt }}\n",
        "license": "ask first\n"}}]})")});
    world.set("CODEMATE_REGISTRY", world.sandbox.url());
    world.sandbox.pull("chat");
    world.sandbox.set_fault("moving-tag=chat");
    for (const bool with_lock : {false, true}) {
        if (with_lock) test::write_project(world, "chat");
        const auto brief = world.codemate({"outdated"});
        CHECK(brief.out.find("licence changed") != std::string::npos);
        CHECK(brief.out.find(".System") == std::string::npos);
        CHECK(brief.err.find("warning: the licence of 'chat:latest' has changed") != std::string::npos);
        const auto full = world.codemate({"outdated", "-v"});
        CHECK(full.out.find("    +{{ .System }}\n") != std::string::npos);
        CHECK(full.out.find("    -free for all\n") != std::string::npos);
        const json::Value document =
            test::checked_document(world.codemate({"outdated", "-v", "--json"}).out, "outdated");
        CHECK(model(document, 0).find("texts")->elements().size() == 2);
        CHECK(model(document, 0).find("changes")->find("license_changed")->boolean() == true);
    }
}

TEST_CASE("no upstream, a registry that is not there, a name that nobody knows") {
    World world;
    world.set("CODEMATE_REGISTRY", world.sandbox.url());
    world.sandbox.pull("mistral:latest");
    const auto library = world.sandbox.store() / "manifests/registry.ollama.ai/library";
    const test::DeadPort dead;
    const auto far = world.sandbox.store() / "manifests" / dead.url().authority() / "library";
    for (const auto& place : {library / "my-own", far / "far"}) {
        std::filesystem::create_directories(place);
        std::filesystem::copy_file(library / "mistral/latest", place / "latest");
    }
    const std::string far_name = dead.url().authority() + "/library/far";

    const auto own = world.codemate({"outdated", "my-own", "mistral", "--check"});
    CHECK(own.status() == 0);
    CHECK(own.out.find("no upstream") != std::string::npos);
    const auto all = world.codemate({"outdated", "--json"});
    CHECK(all.status() == 4);
    const json::Value document = test::checked_document(all.out, "outdated");
    REQUIRE(document.find("models")->elements().size() == 3);
    CHECK(*model(document, 0).find("state") == json::Value("failed"));
    CHECK(*model(document, 1).find("state") == json::Value("current"));
    CHECK(*model(document, 2).find("state") == json::Value("no_upstream"));
    CHECK(all.err.find("cannot look up '" + far_name) != std::string::npos);
    CHECK(world.codemate({"outdated", "nothing-of-that-name"}).status() == 5);
    CHECK(world.codemate({"outdated", "nothing-of-that-name", "http://" + far_name}).status() == 1);
}

TEST_CASE("a registry over plain http is asked as it was written") {
    const World world;
    const std::string name = world.sandbox.address() + "/library/mistral:latest";
    world.sandbox.pull("mistral:latest");
    const auto library = world.sandbox.store() / "manifests/registry.ollama.ai/library";
    const auto there = world.sandbox.store() / "manifests" / world.sandbox.address() / "library/mistral";
    std::filesystem::create_directories(there);
    std::filesystem::copy_file(library / "mistral/latest", there / "latest");
    const auto plain = world.codemate({"outdated", "http://" + name});
    CHECK(plain.status() == 0);
    CHECK(plain.out.find("up to date") != std::string::npos);
    CHECK(world.codemate({"outdated", name}).status() == 4); // no TLS there
}

TEST_CASE("a lock that is wrong, or is not there where it was named") {
    const World world;
    world.directory().write("codemate.json", R"({"schema": 1, "roles": {"primary": "mistral"}})");
    world.directory().write("codemate.lock", "{");
    CHECK(world.codemate({"outdated"}).status() == 2);
    CHECK(world.codemate({"verify"}).status() == 2);
    CHECK(world.codemate({"verify", "--lock", "other.lock"}).status() == 5);
    manifest::Lock lock;
    lock.models.emplace(
        ModelName::parse("mistral"),
        manifest::Locked{
            Digest::of("x"), ModelName::parse("evil.example/owner/mistral"), ByteCount(1), "Q4_0", {}, {}, {}});
    world.directory().write("codemate.lock", manifest::to_text(lock));
    const auto foreign = world.codemate({"outdated"});
    CHECK(foreign.status() == 2);
    CHECK(foreign.err.find("line 6: /models/mistral:latest/source: ") != std::string::npos);
    CHECK(foreign.err.find((world.directory() / "codemate.lock").string() + " has 1 mistake") != std::string::npos);
}

TEST_CASE("an empty server has nothing that could be outdated") {
    const World world;
    const auto result = world.codemate({"outdated", "--check"});
    CHECK(result.status() == 0);
    CHECK(result.err.find("nothing is installed") != std::string::npos);
}
