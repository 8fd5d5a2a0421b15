#include "cli/locks.hpp"
#include "cli/world.hpp"
#include "support/catch.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <unistd.h>

// The whole program, writing into a models directory without a server. The sandbox is the registry, and then the server
// that says whether it is right.

using namespace codemate;
namespace fs = std::filesystem;
using test::Process;
using test::Sandbox;
using test::World;

namespace {

// A registry with one model of some megabytes and one of few bytes, and nobody at OLLAMA_HOST.
struct Registry : World {
    Registry() : World(options()) {
        set("CODEMATE_REGISTRY", sandbox.url());
        server("http://127.0.0.1:9");
    }
    static Sandbox::Options options() {
        static const test::TempDir files;
        files.write("catalog.json", R"({"models": [{"name": "big", "size": "24MB"}, {"name": "small"}]})");
        Sandbox::Options options;
        options.catalog = files / "catalog.json";
        return options;
    }
    fs::path models() const { return directory().path() / "made/models"; } // neither of them is there
    test::Arguments direct(test::Arguments more) const {
        test::Arguments all{"pull", "--direct", "--models-dir", models().string()};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
};

// Path, mode and content of each file; of directories their modes.
std::map<std::string, std::string> tree(const fs::path& root) {
    std::map<std::string, std::string> all;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
        const auto mode = static_cast<unsigned>(entry.status().permissions());
        all[fs::relative(entry.path(), root).string()] =
            std::to_string(mode) + ' ' + (entry.is_directory() ? "" : Digest::of(test::read_text(entry.path())).hex());
    }
    return all;
}

// What the document says there: "models/0/resumed".
const json::Value& at(const json::Value& document, const std::string& path) {
    const json::Value* value = &document;
    for (const std::string_view key : split(path, '/')) {
        const bool is_index = value->is_array();
        value = is_index ? &value->elements()[std::stoul(std::string(key))] : value->find(key);
        if (value == nullptr) throw std::runtime_error("the document has no " + path);
    }
    return *value;
}
std::uint64_t number(const json::Value& document, const std::string& path) {
    return at(document, path).unsigned_integer().value();
}
std::string text(const json::Value& document, const std::string& path) {
    return *at(document, path).string();
}

// A stand-in for a server that was started on that directory afterwards.
void check_served(const Registry& world, std::size_t models) {
    Sandbox::Options options;
    options.store = world.models();
    const Sandbox server(options);
    test::Place place;
    place.server(server.url());
    const auto list = test::checked_document(place.codemate({"list", "--json"}).out, "list");
    CHECK(at(list, "models").elements().size() == models);
    CHECK(place.codemate({"verify", "--deep", "--models-dir", world.models().string(), "all"}).status() == 0);
}

} // namespace

TEST_CASE("--direct leaves what the server would have written") {
    const Registry world;
    const auto done = world.codemate(world.direct({"--json", "small"}));
    INFO(done.err);
    REQUIRE(done.status() == 0);
    CHECK(done.err.starts_with("models directory " + world.models().string() + ", no server; "));
    const json::Value document = test::checked_document(done.out, "pull");
    CHECK(text(document, "models_directory") == world.models().string());
    CHECK(text(document, "models/0/outcome") == "pulled");
    world.sandbox.pull("small");
    CHECK(tree(world.models()) == tree(world.sandbox.store()));
    CHECK(world.codemate(world.direct({"big"})).status() == 0);
    check_served(world, 2);

    const auto again = world.codemate(world.direct({"big", "small"}));
    CHECK(again.status() == 0);
    CHECK(again.out.find("2 models: 2 up to date; 0 B fetched") != std::string::npos);
}

TEST_CASE("a directory that a server uses is left alone, and so is everything in a dry run") {
    Registry world;
    world.sandbox.pull("small");
    const auto before = tree(world.sandbox.store());
    const test::Arguments pull{"pull", "--direct", "--models-dir", world.sandbox.store().string(), "big"};
    world.server(world.sandbox.url());
    const auto refused = world.codemate(pull);
    CHECK(refused.status() == 7);
    CHECK(refused.err.find("the server at " + world.sandbox.url() + " uses '") != std::string::npos);
    CHECK(refused.err.find("`codemate pull` without --direct") != std::string::npos);
    CHECK(tree(world.sandbox.store()) == before);

    // One that says neither yes nor no is a doubt, which --force passes over.
    world.sandbox.set_fault("forbidden");
    CHECK(world.codemate(pull).status() == 7);
    const fs::path empty = world.directory().path() / "empty";
    fs::create_directories(empty);
    test::Arguments into{"pull", "--direct", "--models-dir", empty.string(), "small"};
    CHECK(world.codemate(into).status() == 7);
    into.emplace_back("--force");
    CHECK(world.codemate(into).status() == 0);
    CHECK(world.codemate(world.direct({"small"})).status() == 0); // it was not there: nobody can be using it
    world.sandbox.clear_faults();

    const auto looked = world.codemate({"pull", "--direct", "--dry-run", "--json", "--models-dir",
                                        (world.directory().path() / "none").string(), "big"});
    CHECK(looked.status() == 0);
    CHECK(number(test::checked_document(looked.out, "pull"), "room/to_fetch") > 24'000'000);
    CHECK_FALSE(fs::exists(world.directory().path() / "none"));
}

TEST_CASE("a refusal of --direct leaves no directory behind, and a relative OLLAMA_MODELS is from here") {
    Registry world;
    world.directory().write("codemate.json", R"({"schema": 1, "roles": {"primary": "small"}})");
    CHECK(world.codemate({"lock"}).status() == 0);
    const std::string registry = world.sandbox.url();
    world.set("CODEMATE_REGISTRY", "http://127.0.0.1:9");
    const auto unreachable = world.codemate(world.direct({}));
    CHECK(unreachable.status() == 4);
    CHECK(unreachable.err.find("its tag could not be looked up") != std::string::npos);
    CHECK_FALSE(fs::exists(world.models().parent_path()));

    world.set("CODEMATE_REGISTRY", registry);
    world.set("OLLAMA_MODELS", "here");
    CHECK(world.codemate({"pull", "--direct"}).status() == 0);
    CHECK(fs::exists(world.directory().path() / "here/manifests"));
    const auto file = world.codemate({"pull", "--direct", "--models-dir", "codemate.json"});
    CHECK(file.status() == 2);
    CHECK(file.err.find("is no directory") != std::string::npos);
}

TEST_CASE("what asks a server says nothing with --direct") {
    const Registry world;
    for (const test::Arguments& options :
         std::vector<test::Arguments>{{"--wait", "5s"}, {"--relay-port", "4711"}, {"--jobs", "3"}}) {
        test::Arguments all = options;
        all.emplace_back("small");
        const auto done = world.codemate(world.direct(all));
        CHECK(done.status() == 2);
        CHECK(done.err.find(options.front()) != std::string::npos);
    }
    CHECK_FALSE(fs::exists(world.models()));
}

TEST_CASE("after kill -9 the next run goes on, and what two at once want comes once") {
    const Registry world;
    Process killed(world.command(world.direct({"--limit-rate", "12MB/s", "--progress", "json", "big"})));
    // Some megabytes of it are there.
    REQUIRE(killed.wait_for(R"("done":1)"));
    killed.send(SIGKILL);
    CHECK(killed.wait() == test::Exit{{}, SIGKILL});
    CHECK_FALSE(fs::exists(world.models() / "manifests/registry.ollama.ai"));
    for (const fs::directory_entry& entry : fs::directory_iterator(world.models() / "blobs"))
        CHECK("sha256-" + Digest::of(test::read_text(entry.path())).hex() == entry.path().filename().string());

    Process first(world.command(world.direct({"--limit-rate", "20MB/s", "--json", "--progress", "json", "big"})));
    REQUIRE(first.wait_for("\"amount\""));
    Process second(world.command(world.direct({"--json", "big"})));
    CHECK(
        second.wait_for("waiting for another codemate (process " + std::to_string(first.pid()) + ") that writes into"));
    CHECK(first.wait() == test::Exit{0, {}});
    CHECK(second.wait() == test::Exit{0, {}});
    CHECK(number(test::checked_document(first.out(), "pull"), "models/0/resumed") > 1'000'000);
    CHECK(number(test::checked_document(second.out(), "pull"), "fetched") == 0);
    check_served(world, 1);
}

TEST_CASE("a locked project comes as it is locked; wrong bytes and a registry that dies leave nothing half") {
    Registry world;
    world.sandbox.pull("small");
    write_project(world, "small");
    CHECK(world.codemate(world.direct({"--locked", "default"})).status() == 0);
    CHECK(test::read_text(world.models() / "manifests/registry.ollama.ai/library/small/latest") ==
          test::read_text(world.sandbox.store() / "manifests/registry.ollama.ai/library/small/latest"));
    const auto before = tree(world.models());
    for (const auto& [fault, status] : std::map<std::string, int>{{"registry-status=500", 1}, {"registry-html", 1}}) {
        INFO(fault);
        world.sandbox.set_fault(fault);
        const auto done = world.codemate(world.direct({"--retries", "0", "big"}));
        CHECK(done.status() != 0);
        CHECK(done.status() != 70);
        CHECK(tree(world.models()) == before);
        world.sandbox.clear_faults();
    }
}

TEST_CASE("a directory that may not be written is said, with whose it is") {
    if (::geteuid() == 0) return; // to root everything is open
    const Registry world;
    const auto done = world.codemate({"pull", "--direct", "--models-dir", "/usr/codemate-models", "small"});
    CHECK(done.status() == 6);
    CHECK(done.err.find("root's") != std::string::npos);
}
