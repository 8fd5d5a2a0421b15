#include "cli/locks.hpp"
#include "cli/world.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/raw_server.hpp"

#include "codemate/base/files.hpp"

#include <filesystem>

// The lock as a project uses it. The history that it is for is told with the sandbox's mistral, whose tag moves from
// weights quantized as Q4_0 to Q4_K_M.

using namespace codemate;
using test::World;
namespace fs = std::filesystem;

namespace {

const char* const project = R"({
  "schema": 1,
  "roles": {"primary": "qwen2.5-coder:7b-q4_0", "fallback": "mistral"},
  "models": {"qwen2.5-coder:7b-q4_0": {"from": "qwen2.5-coder:7b-instruct-q4_0", "expect": {"context": 8192}}}
}
)";

struct Project : World {
    Project() {
        set("CODEMATE_REGISTRY", sandbox.url());
        directory().write("codemate.json", project);
    }
    fs::path lock_path() const { return directory().path() / "codemate.lock"; }
    std::string lock_text() const { return test::read_text(lock_path()); }
    void move_tag() const { sandbox.set_fault("moving-tag=mistral:latest"); }

    std::string golden(const char* name, const std::string& text) const {
        return test::golden_difference(name, test::steady_in(*this, text));
    }
};

const json::Value& model(const json::Value& document, std::size_t index) {
    return document.find("models")->elements()[index];
}

} // namespace

TEST_CASE("a registry that speaks http only: what the hint says works, for lock and for pull") {
    const World world;
    const std::string host = world.sandbox.url().substr(std::string_view("http://").size());
    const std::string roles = R"("roles": {"primary": ")" + host + R"(/library/mistral"})";
    world.directory().write("codemate.json", "{\"schema\": 1, " + roles + "}");
    const auto failed = world.codemate({"lock"});
    CHECK(failed.status() == 4);
    CHECK((failed.out + failed.err).find("declare \"http://" + host + "\" in \"mirrors\"") != std::string::npos);
    world.directory().write("codemate.json", "{\"schema\": 1, " + roles + R"(, "mirrors": ["http://)" + host + "\"]}");
    CHECK(world.codemate({"lock"}).status() == 0);
    CHECK(world.codemate({"pull"}).status() == 0);
}

TEST_CASE("lock pins without a download, and again changes nothing") {
    const Project world;
    const auto dry = world.codemate({"lock", "--dry-run"});
    CHECK(dry.status() == 0);
    CHECK_FALSE(fs::exists(world.lock_path()));
    const auto first = world.codemate({"lock"});
    CHECK(first.status() == 0);
    CHECK(first.err.empty());
    CHECK(world.golden("lock.txt", first.out) == "");
    CHECK(world.golden("lock.codemate.lock", world.lock_text()) == "");
    CHECK(fs::is_empty(world.sandbox.store() / "blobs"));
    const auto time = fs::last_write_time(world.lock_path());
    const auto again = world.codemate({"lock", "--json"});
    CHECK(again.status() == 0);
    const json::Value document = test::checked_document(again.out, "lock");
    CHECK(document.find("written")->boolean() == false);
    CHECK(fs::last_write_time(world.lock_path()) == time);
}

TEST_CASE("a tag that moves: what pull, outdated, verify and lock --upgrade say") {
    const Project world;
    CHECK(world.codemate({"pull"}).status() == 0); // first use
    const std::string pinned = world.lock_text();
    world.move_tag();

    SECTION("what is installed stays, and is told to be outdated") {
        const auto pull = world.codemate({"pull"});
        CHECK(pull.status() == 0);
        CHECK(world.golden("history.pull.installed.txt", pull.out) == "");
        CHECK(world.codemate({"verify"}).status() == 0);
        const auto outdated = world.codemate({"outdated", "--check"});
        CHECK(outdated.status() == 3);
        CHECK(world.golden("history.outdated.txt", outdated.out) == "");
        const auto as_json = world.codemate({"outdated", "--json"});
        test::checked_document(as_json.out, "outdated");
        CHECK(world.golden("history.outdated.json", as_json.out) == "");
    }
    SECTION("an empty server: the change is explained, and the locked content comes with a yes") {
        for (const char* part : {"manifests", "blobs"}) {
            fs::remove_all(world.sandbox.store() / part);
            fs::create_directory(world.sandbox.store() / part);
        }
        const auto pull = world.codemate({"pull", "fallback"});
        CHECK(pull.status() == 7);
        CHECK(world.golden("history.pull.moved.txt", pull.out) == "");
        CHECK(world.golden("history.pull.moved.err.txt", pull.err) == "");
        const auto as_json = world.codemate({"pull", "fallback", "--json"});
        CHECK(as_json.status() == 7);
        test::checked_document(as_json.out, "pull");
        CHECK(world.golden("history.pull.moved.json", as_json.out) == "");
        const auto dry = world.codemate({"pull", "--dry-run"});
        CHECK(dry.status() == 0);
        CHECK(world.golden("history.pull.dry-run.txt", dry.out) == "");
        CHECK(world.codemate({"list", "-q"}).out.find("mistral") == std::string::npos);
        CHECK(world.codemate({"verify"}).status() == 3);
        const auto confirmed = world.codemate({"pull", GENERATE("--yes", "--locked"), "--jobs", "1"});
        CHECK(confirmed.status() == 0);
        CHECK(world.golden("history.pull.locked.txt", confirmed.out) == "");
        CHECK(world.golden("history.pull.locked.err.txt", confirmed.err) == "");
        CHECK(world.codemate({"verify"}).status() == 0);
    }
    SECTION("somebody pulled it with another program: verify finds the drift") {
        world.sandbox.pull("mistral");
        const auto verify = world.codemate({"verify"});
        CHECK(verify.status() == 3);
        CHECK(world.golden("history.verify.drift.txt", verify.out) == "");
        const auto as_json = world.codemate({"verify", "--json"});
        CHECK(as_json.status() == 3);
        test::checked_document(as_json.out, "verify");
        CHECK(world.golden("history.verify.drift.json", as_json.out) == "");
        // The tag serves what is there: the pin comes by its layers.
        CHECK(world.codemate({"pull"}).status() == 7);
    }
    CHECK(world.lock_text() == pinned);

    const auto dry = world.codemate({"lock", "--upgrade", "--dry-run"});
    CHECK(world.lock_text() == pinned);
    const auto upgrade = world.codemate({"lock", "--upgrade", "mistral", "--json"});
    CHECK(upgrade.status() == 0);
    test::checked_document(upgrade.out, "lock");
    const auto pull = world.codemate({"pull"});
    CHECK(pull.status() == 0);
    CHECK(world.codemate({"verify"}).status() == 0);
    CHECK(world.codemate({"outdated", "--check"}).status() == 0);
}

TEST_CASE("lock --upgrade tells the move, in text and JSON") {
    const Project world;
    CHECK(world.codemate({"lock"}).status() == 0);
    world.move_tag();
    const auto as_json = world.codemate({"lock", "--upgrade", "--dry-run", "--json"});
    CHECK(as_json.status() == 0);
    test::checked_document(as_json.out, "lock");
    CHECK(world.golden("history.upgrade.json", as_json.out) == "");
    const auto text = world.codemate({"lock", "--upgrade"});
    CHECK(text.status() == 0);
    CHECK(world.golden("history.upgrade.txt", text.out) == "");
    CHECK(world.codemate({"lock", "--upgrade"}).out.find("unchanged") != std::string::npos);
}

TEST_CASE("a pull to the pin keeps what it replaces, out of sight") {
    const Project world;
    CHECK(world.codemate({"lock"}).status() == 0);
    world.move_tag();
    world.sandbox.pull("mistral");
    world.sandbox.clear_faults();
    const auto pull = world.codemate({"pull", "--json"});
    CHECK(pull.status() == 0);
    const json::Value document = test::checked_document(pull.out, "pull");
    REQUIRE(model(document, 1).find("kept_as") != nullptr);
    const std::string kept = *model(document, 1).find("kept_as")->elements()[0].string();
    CHECK(kept.starts_with("mistral:latest.codemate-"));
    CHECK(fs::exists(world.sandbox.store() / "manifests/registry.ollama.ai/library/mistral" /
                     kept.substr(kept.find(':') + 1)));
    CHECK(world.codemate({"list"}).out.find(".codemate-") == std::string::npos);
    CHECK(world.codemate({"verify"}).status() == 0);
}

TEST_CASE("a registry that serves the server otherwise than codemate: the old model is put back") {
    Project world;
    CHECK(world.codemate({"lock"}).status() == 0);
    world.move_tag();
    world.sandbox.pull("tinyllama");
    const fs::path library = world.sandbox.store() / "manifests/registry.ollama.ai/library";
    fs::create_directories(library / "mistral");
    fs::copy_file(library / "tinyllama/latest", library / "mistral/latest");
    const std::string before = world.codemate({"list", "-q"}).out;
    // The server's pulls get the new content; codemate's own look-up, at the public registry, fails.
    world.set("CODEMATE_REGISTRY", "");
    const auto pull = world.codemate({"pull", "fallback"});
    CHECK(pull.status() == 3);
    CHECK(pull.err.find("what was installed before is back") != std::string::npos);
    const std::string after = world.codemate({"list", "-q"}).out;
    CHECK(after.substr(0, after.find("KB")) == before.substr(0, before.find("KB")));
}

TEST_CASE("--locked: by flag, and by CI where there is a lock") {
    Project world;
    const auto no_lock = world.codemate({"pull", "--locked", "fallback"});
    CHECK(no_lock.status() == 3);
    CHECK(no_lock.err.find("run `codemate lock`") != std::string::npos);
    CHECK(world.codemate({"pull", "--locked", "--manifest", "builtin", "default"}).status() == 2);
    CHECK(world.codemate({"pull", "--locked", "--lock", "other.lock"}).status() == 5);
    CHECK_FALSE(fs::exists(world.lock_path()));

    // In CI without a lock: first use as everywhere.
    world.set("CI", "true");
    CHECK(world.codemate({"pull", "fallback"}).status() == 0);
    CHECK(fs::exists(world.lock_path()));
    const std::string text = world.lock_text();
    // With one: what it lacks is refused.
    CHECK(world.codemate({"pull"}).status() == 3);
    CHECK(world.codemate({"pull", "fallback"}).status() == 0);
    world.set("CI", "false");
    CHECK(world.lock_text() == text);
    CHECK(world.codemate({"pull"}).status() == 0);
    CHECK(world.lock_text() != text);
}

TEST_CASE("--locked leaves no file beside the lock") {
    const Project world;
    CHECK(world.codemate({"lock"}).status() == 0);
    fs::permissions(world.directory().path(), fs::perms::owner_write, fs::perm_options::remove);
    CHECK(world.codemate({"pull", "--locked"}).status() == 0);
    CHECK(world.codemate({"verify"}).status() == 0);
    fs::permissions(world.directory().path(), fs::perms::owner_write, fs::perm_options::add);
    for (const auto& entry : fs::directory_iterator(world.directory().path())) {
        const std::string name = entry.path().filename().string();
        CHECK((name == "codemate.json" || name == "codemate.lock" || name == "codemate.lock.lock~"));
    }
}

TEST_CASE("what is locked and installed costs two requests, and none to a registry") {
    Project world;
    CHECK(world.codemate({"pull"}).status() == 0);
    const manifest::Lock lock = manifest::LockFile(world.lock_path()).read();
    std::string models;
    for (const auto& [name, entry] : lock.models) {
        models += (models.empty() ? "" : ",") + std::string(R"({"name":")") + name.display() + R"(","model":")" +
                  name.display() + R"(","modified_at":"2026-11-23T00:00:00Z","size":)" +
                  std::to_string(entry.size.count()) + R"(,"digest":")" + entry.digest.hex() + R"("})";
    }
    test::RawServer server([&](test::RawServer::Connection& connection) {
        for (std::string request; !(request = connection.read_request()).empty();) {
            const bool is_version = request.find("/api/version") != std::string::npos;
            const std::string body = is_version ? R"({"version":"0.32.15"})" : R"({"models":[)" + models + "]}";
            connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                            std::to_string(body.size()) + "\r\n\r\n" + body);
        }
    });
    world.server(server.url().text());
    world.set("CODEMATE_REGISTRY", server.url().text());
    CHECK(world.codemate({"pull"}).status() == 0);
    const std::vector<std::string> requests = server.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[0].starts_with("GET /api/version "));
    CHECK(requests[1].starts_with("GET /api/tags "));
}

TEST_CASE("lock without a manifest, with idle targets, with unknown ones") {
    World world;
    const auto builtin = world.codemate({"lock"});
    CHECK(builtin.status() == 2);
    CHECK(builtin.err.find("codemate init") != std::string::npos);
    world.set("CODEMATE_REGISTRY", world.sandbox.url());
    CHECK(world.codemate({"lock", "--lock", "own.lock"}).status() == 0);
    CHECK(fs::exists(world.directory().path() / "own.lock"));
    world.directory().write("codemate.json", project);
    CHECK(world.codemate({"lock", "mistral"}).status() == 2);
    const auto misspelt = world.codemate({"lock", "--upgrade", "mistrl"});
    CHECK(misspelt.status() == 2);
    CHECK(misspelt.err.find("did you mean 'mistral'?") != std::string::npos);
}

TEST_CASE("where no registry is in reach, what is installed is locked, and said so") {
    Project world;
    CHECK(world.codemate({"pull", "--lock", "elsewhere.lock"}).status() == 0);
    const test::DeadPort nobody;
    world.set("CODEMATE_REGISTRY", nobody.url().text());
    const auto result = world.codemate({"lock"});
    CHECK(result.status() == 0);
    CHECK(result.out.find("as it is installed; the registry could not be asked") != std::string::npos);
    // With the manifest out of the models directory, so that nothing is left to be completed.
    const std::string locked = world.lock_text();
    CHECK(locked == test::read_text(world.directory().path() / "elsewhere.lock"));
    world.set("CODEMATE_REGISTRY", world.sandbox.url());
    CHECK(world.codemate({"lock"}).status() == 0);
    CHECK(world.lock_text() == locked);
}

TEST_CASE("two processes that lock different models at once lose neither entry") {
    const Project world;
    for (int round = 0; round < 4; ++round) {
        fs::remove(world.lock_path());
        test::Process one(world.command({"pull", "primary"}));
        test::Process two(world.command({"pull", "fallback"}));
        CHECK(one.wait().status == 0);
        CHECK(two.wait().status == 0);
        CHECK(manifest::LockFile(world.lock_path()).read().models.size() == 2);
    }
}

TEST_CASE("a lock with mistakes is refused with its place, and not overwritten") {
    const Project world;
    CHECK(world.codemate({"lock"}).status() == 0);
    const std::string good = world.lock_text();
    struct Case {
        const char* what;
        std::string from, to;
    };
    const std::string digest = good.substr(good.find("sha256:"), 71);
    std::string flipped = digest;
    flipped[20] = flipped[20] == '0' ? '1' : '0';
    const std::vector<Case> cases{
        {"a flipped digit", digest, flipped},
        {"a short digest", digest, digest.substr(0, 40)},
        {"a newer schema", "\"schema\": 1", "\"schema\": 9"},
        {"a duplicate", "qwen2.5-coder:7b-q4_0\": {", "Mistral\": {"},
        {"a size", "\"size\": ", "\"size\": 1"},
        {"a foreign source", "registry.ollama.ai/library/mistral:latest", "evil.example/library/mistral:latest"},
        {"half a file", good.substr(good.size() / 2), ""}};
    for (const Case& each : cases) {
        std::string bad = good;
        REQUIRE(bad.find(each.from) != std::string::npos);
        bad.replace(bad.find(each.from), each.from.size(), each.to);
        world.directory().write("codemate.lock", bad);
        CAPTURE(each.what);
        for (const test::Arguments& line : std::vector<test::Arguments>{
                 {"lock"}, {"lock", "--upgrade"}, {"pull"}, {"pull", "--locked"}, {"verify"}}) {
            const auto result = world.codemate(line);
            CHECK(result.status() == 2);
            CHECK(result.err.find("codemate.lock") != std::string::npos);
        }
        CHECK(world.lock_text() == bad);
    }
}
