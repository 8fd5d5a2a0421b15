#include "cli/locks.hpp"
#include "support/catch.hpp"

#include "codemate/base/files.hpp"

#include <csignal>
#include <filesystem>

// The whole program, installing what no tag serves any more.

using namespace codemate;
namespace fs = std::filesystem;
using test::Process;
using test::World;

namespace {

// A project that is locked, and a second server with an empty store, to whose registry the tag has moved since.
struct Moved : World {
    Moved() : Moved(test::Sandbox::Options{}) {}
    explicit Moved(test::Sandbox::Options options) : World(with_moved_tag(std::move(options))) {
        const World first;
        directory().write("codemate.json", R"({"schema":1,"roles":{"chat":"mistral"}})");
        set("CODEMATE_REGISTRY", first.sandbox.url());
        server(first.sandbox.url());
        REQUIRE(codemate({"lock"}).status() == 0);
        set("CODEMATE_REGISTRY", sandbox.url());
        server(sandbox.url());
    }
    static test::Sandbox::Options with_moved_tag(test::Sandbox::Options options) {
        options.faults.emplace_back("moving-tag=mistral:latest");
        return options;
    }
    std::string locked_digest() const {
        return manifest::LockFile(directory() / "codemate.lock").read().models.begin()->second.digest.text();
    }
    bool has_what_is_locked() const { return codemate({"verify", "-q"}).status() == 0; }
    bool has_helper() const {
        for (const auto& entry : fs::recursive_directory_iterator(sandbox.store() / "manifests")) {
            if (entry.path().filename().string().starts_with("codemate-")) return true;
        }
        return false;
    }
};

} // namespace

TEST_CASE("a question on a terminal: yes installs, everything else changes nothing") {
    const Moved world;
    const auto* answer = GENERATE("y\r", "n\r", "\r", "\x04");
    test::Command command = world.command({"pull"});
    command.terminal = test::Terminal{};
    Process process(command);
    REQUIRE(process.wait_for("[y/N]"));
    process.type(answer);
    const bool yes = std::string_view(answer) == "y\r";
    CHECK(process.wait() == test::Exit{yes ? 0 : 7, {}});
    CHECK(world.has_what_is_locked() == yes);
    if (!yes) CHECK(process.terminal().find("not confirmed; nothing was changed") != std::string::npos);
}

TEST_CASE("a question that is left with Ctrl-C") {
    const Moved world;
    test::Command command = world.command({"pull"});
    command.terminal = test::Terminal{};
    Process process(command);
    REQUIRE(process.wait_for("[y/N]"));
    process.type("\x03");
    CHECK(process.wait() == test::Exit{130, {}});
    CHECK_FALSE(world.has_what_is_locked());
}

TEST_CASE("NAME@sha256: brings back what was installed before, and refuses what the lock contradicts") {
    const Moved world;
    REQUIRE(world.codemate({"pull", "--yes"}).status() == 0);
    const std::string digest = world.locked_digest().substr(0, 7 + 12);
    fs::remove(world.directory() / "codemate.lock");
    fs::remove(world.directory() / "codemate.json");
    world.directory().write("codemate.json", R"({"schema":1})");
    REQUIRE(world.codemate({"pull", "mistral"}).status() == 0);      // what the tag serves
    const auto back = world.codemate({"pull", "mistral@" + digest}); // only the journal knows it
    CHECK(back.status() == 0);
    CHECK(back.out.find(digest.substr(7)) != std::string::npos);
    CHECK(world.codemate({"list"}).out.find(digest.substr(7)) != std::string::npos);
    CHECK(world.codemate({"pull", "mistral@sha256:0123456789ab"}).status() == 5);
}

TEST_CASE("a run that is killed is finished or undone by the next one, which says so") {
    // Slow enough to be hit in the middle; then the layers are there, and the last steps are hit.
    test::Sandbox::Options slow;
    slow.faults = {"slow=400KB/s"};
    const Moved world(slow);
    Process process(world.command({"pull", "--yes", "--progress", "json"}));
    REQUIRE(process.wait_for("\"amount\""));
    process.send(SIGKILL);
    CHECK(process.wait() == test::Exit{{}, SIGKILL});
    CHECK_FALSE(fs::is_empty(world.state() / "codemate/changes"));
    world.sandbox.clear_faults();
    world.sandbox.set_fault("moving-tag=mistral:latest");
    const auto next = world.codemate({"pull", "--yes"});
    CAPTURE(next.err);
    CHECK(next.err.find("attempt 2") == std::string::npos);
    CHECK(next.status() == 0);
    CHECK(world.has_what_is_locked());
    CHECK_FALSE(world.has_helper());
}

TEST_CASE("a server that breaks off and writes its name all the same") {
    const Moved world;
    world.sandbox.set_fault("cut-before-success");
    CHECK(world.codemate({"pull", "--yes", "--retries", "0"}).status() == 4);
    CHECK_FALSE(world.has_helper());
    CHECK_FALSE(world.has_what_is_locked());
    world.sandbox.clear_fault("cut-before-success");
    CHECK(world.codemate({"pull", "--yes"}).status() == 0);
    CHECK(world.has_what_is_locked());
}

TEST_CASE("several at once towards the same pin: one pulls, nothing is lost") {
    const Moved world;
    REQUIRE(world.codemate({"pull", "--manifest", "builtin", "mistral"}).status() == 0); // what the tag serves
    std::vector<Process> processes;
    for (int i = 0; i < 4; ++i)
        processes.emplace_back(world.command({"pull", "--yes"}));
    for (Process& process : processes) {
        const test::Exit exit = process.wait();
        CAPTURE(process.err());
        CHECK(exit == test::Exit{0, {}});
    }
    CHECK(world.has_what_is_locked());
    CHECK_FALSE(world.has_helper());
    // What the tag served is kept, once.
    const fs::path names = world.sandbox.store() / "manifests/registry.ollama.ai/library/mistral";
    CHECK(std::distance(fs::directory_iterator(names), fs::directory_iterator()) == 2);
}

TEST_CASE("what a killed run had pulled is put in its place by the next one, in text and JSON") {
    const Moved world;
    REQUIRE(world.codemate({"pull", "--yes"}).status() == 0);
    // As if the process had been killed between the pull and the copy.
    const fs::path names = world.sandbox.store() / "manifests";
    const std::string owner = "codemate-" + std::string(32, '1');
    const fs::path helper = names / "127.0.0.1:41234" / owner / "mistral";
    fs::create_directories(helper);
    fs::rename(names / "registry.ollama.ai/library/mistral/latest", helper / "latest");
    world.state().write("codemate/changes/1.json",
                        R"({"schema":1,"server":")" + world.sandbox.url() +
                            R"(","name":"mistral:latest","began":"2026-01-01T00:00:00Z","wanted":[")" +
                            world.locked_digest() + R"("],"helper":"127.0.0.1:41234/)" + owner +
                            "/mistral:latest\"}\n");
    CHECK(world.codemate({"list"}).out.find("codemate-") == std::string::npos);
    const auto dry = world.codemate({"pull", "--dry-run"});
    CHECK(dry.err.find("not now: --dry-run") != std::string::npos);
    CHECK(fs::exists(helper / "latest"));
    const bool as_json = GENERATE(false, true);
    const auto next = as_json ? world.codemate({"pull", "--json"}) : world.codemate({"pull"});
    CHECK(next.status() == 0);
    CHECK(next.err.find("an earlier run left something undone: mistral:latest is copied from") != std::string::npos);
    if (as_json) {
        const json::Value document = test::checked_document(next.out, "pull");
        REQUIRE(document.find("recovered") != nullptr);
        CHECK(document.find("recovered")->elements().size() == 2);
    }
    CHECK(world.has_what_is_locked());
    CHECK_FALSE(world.has_helper());
    CHECK(fs::is_empty(world.state() / "codemate/changes"));
}

TEST_CASE("an option that is no port, and a place where nothing can be remembered") {
    Moved world;
    CHECK(world.codemate({"pull", "--relay-port", GENERATE("0", "65536", "-1", "x")}).status() == 2);
    CHECK(world.codemate({"pull", "--force"}).status() == 2);
    world.state().write("codemate", "a file in the place of the directory");
    const auto pull = world.codemate({"pull", "--yes"});
    CHECK(pull.status() == 0);
    CHECK(pull.err.find("nothing of this is remembered") != std::string::npos);
}
