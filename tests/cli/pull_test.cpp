#include "cli/world.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"

#include <csignal>
#include <filesystem>

using namespace codemate;
using test::Arguments;
using test::World;
namespace fs = std::filesystem;

namespace {

const json::Value& model(const json::Value& document, std::size_t index) {
    return document.find("models")->elements()[index];
}

} // namespace

TEST_CASE("pull default in a pipe") {
    const World world;
    const auto result = world.codemate({"pull", "default", "--jobs", "1"}); // in one order
    CHECK(result.status() == 0);
    CHECK(test::golden_difference("pull.out.txt", test::steady(result.out, world.sandbox)) == "");
    CHECK(test::golden_difference("pull.err.txt", test::steady(result.err, world.sandbox)) == "");
    CHECK_FALSE(test::has_escape(result.out + result.err));
    // The name that the content came from is gone.
    const std::string list = world.codemate({"list", "-q"}).out;
    CHECK(list.find("qwen2.5-coder:7b-q4_0 ") != std::string::npos);
    CHECK(list.find("instruct") == std::string::npos);
    CHECK(fs::exists(world.sandbox.store() / "manifests/registry.ollama.ai/library/qwen2.5-coder/7b-q4_0"));
}

TEST_CASE("pull default again changes nothing") {
    const World world;
    CHECK(world.codemate({"pull", "default"}).status() == 0);
    const auto again = world.codemate({"pull", "default"});
    CHECK(again.status() == 0);
    CHECK(test::golden_difference("pull.again.txt", test::steady(again.out, world.sandbox)) == "");
}

TEST_CASE("pull default as JSON") {
    const World world;
    const auto result = world.codemate({"pull", "default", "--json"});
    CHECK(result.status() == 0);
    const json::Value document = test::checked_document(result.out, "pull");
    CHECK(test::golden_difference("pull.json", test::steady(result.out, world.sandbox)) == "");
    // What arrived is read from events that need not come for small layers: nearly all, never more.
    const auto fetched = model(document, 0).find("fetched")->unsigned_integer();
    const auto size = model(document, 0).find("size")->unsigned_integer();
    REQUIRE((fetched && size));
    CHECK(*fetched <= *size);
    CHECK(*fetched * 100 >= *size * 99);
}

TEST_CASE("progress as JSON lines, as plain lines, as none") {
    const World world;
    const auto lines = world.codemate({"pull", "mistral", "--progress", "json", "-q"});
    CHECK(lines.status() == 0);
    std::vector<std::string> kinds;
    for (const std::string_view line : split(lines.err, '\n')) {
        if (line.empty()) continue;
        const json::Value event = test::checked_document(std::string(line), "progress");
        kinds.push_back(*event.find("event")->string());
    }
    REQUIRE(kinds.size() > 3);
    CHECK(kinds.front() == "begin");
    CHECK(kinds.back() == "end");
    CHECK(world.codemate({"pull", "mistral", "--progress", "none"}).err.find("mistral:latest:") == std::string::npos);
    CHECK(world.codemate({"pull", "mistral", "-q"}).err.empty());
}

TEST_CASE("GitHub Actions get groups and annotations") {
    World world;
    world.set("GITHUB_ACTIONS", "true");
    world.set("CI", "true");
    const auto result = world.codemate({"pull", "mistral", "nothing-of-that-name"});
    CHECK(result.status() == 5);
    CHECK(result.err.find("::group::mistral:latest\n") != std::string::npos);
    CHECK(result.err.find("::endgroup::\n") != std::string::npos);
    CHECK(result.err.find("::error ") != std::string::npos);
}

TEST_CASE("a model that fails does not stop the others") {
    const World world;
    const auto result = world.codemate({"pull", "nothing-of-that-name", "mistral", "--jobs", "1"});
    CHECK(result.status() == 5);
    CHECK(test::golden_difference("pull.one-failed.out.txt", test::steady(result.out, world.sandbox)) == "");
    CHECK(test::golden_difference("pull.one-failed.err.txt", test::steady(result.err, world.sandbox)) == "");
    const auto misspelt = world.codemate({"pull", "mistrl"});
    CHECK(misspelt.status() == 5);
    CHECK(misspelt.err.find("hint: did you mean 'mistral'?") != std::string::npos);
}

TEST_CASE("different failures are status 1, in JSON each with its own") {
    const World world;
    world.sandbox.set_fault("no-space@tinyllama");
    const auto result = world.codemate({"pull", "nothing-of-that-name", "tinyllama", "--json"});
    CHECK(result.status() == 1);
    const json::Value document = test::checked_document(result.out, "pull");
    CHECK(*model(document, 0).find("error")->find("kind") == json::Value("not_found"));
    CHECK(*model(document, 1).find("error")->find("kind") == json::Value("storage"));
}

TEST_CASE("a dry run says what would be done and does nothing") {
    const World world;
    const auto result = world.codemate({"pull", "--dry-run", "all-free"});
    CHECK(result.status() == 0);
    CHECK(test::golden_difference("pull.dry-run.txt", result.out) == "");
    const json::Value document =
        test::checked_document(world.codemate({"pull", "--dry-run", "default", "--json"}).out, "pull");
    CHECK(document.find("dry_run")->boolean() == true);
    CHECK(world.codemate({"list", "-q"}).out == "NAME    ID    SIZE    MODIFIED    ROLE    PROTECTED\n");
}

TEST_CASE("bare pull needs a manifest of the project's own") {
    World world;
    const auto refused = world.codemate({"pull"});
    CHECK(refused.status() == 2);
    CHECK(refused.err.find("`codemate init` writes one") != std::string::npos);
    CHECK(refused.err.find("codemate pull default") != std::string::npos);
    world.directory().write("codemate.json", R"({"schema":1,"roles":{"chat":"tinyllama"}})");
    CHECK(world.codemate({"pull"}).out.find("tinyllama:latest") != std::string::npos);
    CHECK(world.codemate({"pull", "--manifest", "builtin"}).out.find("mistral:latest") != std::string::npos);
}

TEST_CASE("targets that are refused before the server is asked") {
    const World world;
    for (const Arguments& line : std::vector<Arguments>{{"pull", "all"},
                                                        {"pull", "name with spaces"},
                                                        {"pull", ""},
                                                        {"pull", "mistral@sha256:0123456789a"},
                                                        {"pull", "http://registry.ollama.ai/library/mistral"},
                                                        {"pull", "ftp://h/o/m"}}) {
        const auto result = world.codemate(line);
        CAPTURE(line[1]);
        CHECK(result.status() == 2);
        CHECK(result.err.find("hint: ") != std::string::npos);
    }
}

TEST_CASE("a registry without TLS, by its address") {
    const World world;
    const auto result = world.codemate({"pull", "http://" + world.sandbox.address() + "/library/mistral:latest"});
    CHECK(result.status() == 0);
    CHECK(world.codemate({"list", "-q"}).out.find(world.sandbox.address() + "/library/mistral:latest") !=
          std::string::npos);
    // Without http:// the server tries TLS, and fails.
    CHECK(world.codemate({"pull", world.sandbox.address() + "/library/tinyllama"}).status() == 4);
}

TEST_CASE("CODEMATE_REGISTRY stands in for the public registry") {
    World world;
    World registry;
    world.set("CODEMATE_REGISTRY", registry.sandbox.url());
    const auto result = world.codemate({"pull", "default", "--json"});
    CHECK(result.status() == 0);
    const json::Value document = test::checked_document(result.out, "pull");
    CHECK(*model(document, 0).find("source") ==
          json::Value(registry.sandbox.address() + "/library/qwen2.5-coder:7b-instruct-q4_0"));
    const std::string list = world.codemate({"list", "-q"}).out;
    CHECK(list.find("mistral:latest ") != std::string::npos);
    CHECK(list.find("127.0.0.1") == std::string::npos);
    world.set("CODEMATE_REGISTRY", "nonsense");
    const auto refused = world.codemate({"pull", "default"});
    CHECK(refused.status() == 2);
    CHECK(refused.err.find("CODEMATE_REGISTRY") != std::string::npos);
}

TEST_CASE("a tag that moved is an update that leaves nothing behind") {
    const World world;
    CHECK(world.codemate({"pull", "default"}).status() == 0);
    test::Sandbox::Options moved;
    moved.store = world.sandbox.store();
    moved.faults = {"moving-tag=qwen2.5-coder:7b-instruct-q4_0"};
    World later(moved);
    const auto result = later.codemate({"pull", "default", "--json"});
    CHECK(result.status() == 0);
    const json::Value document = test::checked_document(result.out, "pull");
    CHECK(*model(document, 0).find("outcome") == json::Value("updated"));
    CHECK_FALSE(*model(document, 0).find("digest") == *model(document, 0).find("previous_digest"));
    CHECK(*model(document, 1).find("outcome") == json::Value("unchanged"));
    const std::string list = later.codemate({"list", "-q"}).out;
    CHECK(list.find("codemate-") == std::string::npos);
    CHECK(list.find("instruct") == std::string::npos);
}

TEST_CASE("Ctrl-C ends a stalled pull at once, and says that the next one resumes") {
    for (const auto& [signal, status] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}, std::pair{SIGHUP, 129}}) {
        const World world;
        world.sandbox.set_fault("stall");
        test::Process process(world.command({"pull", "mistral", "tinyllama", "--json", "--jobs", "1"}));
        REQUIRE(process.wait_for("pulling manifest"));
        process.send(signal);
        const test::Exit exit = process.wait();
        CHECK(exit.status == status);
        CHECK(process.err().find("interrupted; what was fetched stays on the server, and the next pull resumes") !=
              std::string::npos);
        const json::Value document = test::checked_document(process.out(), "pull");
        CHECK(document.find("interrupted")->boolean() == true);
        CHECK(*model(document, 1).find("outcome") == json::Value("not_started"));
    }
}

TEST_CASE("Ctrl-C before the server has answered") {
    const World world;
    world.sandbox.set_fault("hang");
    test::Process process(world.command({"list", "-v"}));
    REQUIRE(process.wait_for("manifest: "));
    process.send(SIGINT);
    CHECK(process.wait().status == 130);
    CHECK(process.err().find("codemate: interrupted\n") != std::string::npos);
}

TEST_CASE("an interrupted pull is resumed by the next one") {
    const World world;
    world.sandbox.set_fault("slow=50KB/s");
    test::Process process(world.command({"pull", "mistral", "--progress", "json"}));
    REQUIRE(process.wait_for("\"done\":1")); // some bytes
    process.send(SIGINT);
    CHECK(process.wait().status == 130);
    world.sandbox.clear_faults();
    CHECK(world.codemate({"pull", "mistral"}).status() == 0);
}
