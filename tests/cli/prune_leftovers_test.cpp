// What is no model's, and when it goes. The times of files that cannot be set back are old for a codemate whose
// calendar is ahead.
#include "cli/prune_world.hpp"

#include "codemate/base/clock.hpp"
#include "codemate/rules/own_names.hpp"

#include <fstream>

using namespace codemate;
using test::all_three;
using test::has;
using test::names_with;
using test::number;
using test::PruneWorld;
using test::word;
namespace fs = std::filesystem;
using Names = std::vector<std::string>;

namespace {

constexpr std::chrono::hours two_hours(2);

struct Leftover : PruneWorld {
    fs::path orphan = put("sha256-" + std::string(64, 'a'), 300'000);
    fs::path partial = put("sha256-" + std::string(64, 'b') + "-partial", 200'000);
    fs::path record = put("sha256-" + std::string(64, 'b') + "-partial-0", 60);
    fs::path temporary = put("sha256-1234567890", 100'000);

    fs::path put(const std::string& name, std::size_t size) const {
        const fs::path file = path() / "blobs" / name;
        std::ofstream(file) << std::string(size, 'x');
        return file;
    }
    int left() const {
        int count = 0;
        for (const fs::path& file : {orphan, partial, record, temporary})
            count += fs::exists(file) ? 1 : 0;
        return count;
    }
};

std::string kept(const json::Value& document) {
    std::string all;
    for (const json::Value& sentence : document.find("leftovers_kept")->elements())
        all += *sentence.string() + "\n";
    return all;
}

} // namespace

TEST_CASE("leftovers go when an hour has passed, and no model with them") {
    Leftover world;
    world.later(two_hours);
    const json::Value planned = world.document({"--leftovers", "--dry-run"});
    CHECK(planned.find("leftovers")->elements().size() == 3);
    CHECK(world.left() == 4);
    const std::uint64_t before = world.blocks();
    const json::Value done = world.document({"--leftovers", "--yes"});
    CHECK(number(done, "status") == 0);
    CHECK(world.left() == 0);
    CHECK(number(done, "freed") == before - world.blocks());
    CHECK(number(done, "freed") == number(planned, "would_free")); // no directory goes
    CHECK(world.installed() == all_three);
    Names whats;
    for (const json::Value& leftover : done.find("leftovers")->elements()) {
        whats.push_back(word(leftover, "what"));
        CHECK(leftover.find("removed")->boolean() == true);
    }
    CHECK(whats == Names{"orphan", "partial", "temporary"});
    const auto again = world.codemate({"prune", "--leftovers", "--yes"});
    CHECK(again.status() == 0);
    CHECK(has(again.out, "Nothing to remove\n"));
    CHECK(world.codemate({"verify"}).status() == 0);
}

TEST_CASE("leftovers in words") {
    Leftover world;
    world.later(two_hours);
    const auto refused = world.codemate({"prune", "--leftovers"});
    CHECK(refused.status() == 7);
    CHECK(has(refused.out, "1 blob that no manifest names (303 KB), 1 unfinished download (20"));
    CHECK(world.left() == 4);
    const auto done = world.codemate({"prune", "--leftovers", "--yes"});
    CHECK(has(done.out, "and 1 temporary file (10"));
    CHECK(has(done.out, " came free\n"));
}

TEST_CASE("leftovers are no project's: without a manifest they may go, and models stay") {
    Leftover world;
    fs::remove(world.directory() / "codemate.json");
    world.later(two_hours);
    CHECK(world.codemate({"prune", "--leftovers", "--yes"}).status() == 0);
    CHECK(world.left() == 0);
    CHECK(world.codemate({"prune", "--leftovers", "--optional", "--yes"}).status() == 7);
    CHECK(world.installed() == all_three);
}

TEST_CASE("leftovers and models at once") {
    Leftover world;
    world.later(two_hours);
    const std::uint64_t before = world.blocks();
    const json::Value done = world.document({"--leftovers", "--yes", "tinyllama"});
    CHECK(names_with(done, "outcome", "removed") == Names{"tinyllama:latest"});
    CHECK(world.left() == 0);
    CHECK(number(done, "freed") == before - world.blocks());
}

TEST_CASE("leftovers stay while anything in blobs/ is young") {
    Leftover world;
    const json::Value now = world.document({"--leftovers", "--yes"});
    CHECK(number(now, "status") == 0);
    CHECK(now.find("leftovers")->elements().empty());
    CHECK(has(kept(now), "a pull or a create may be at work"));
    CHECK(world.left() == 4);

    world.later(two_hours);
    fs::last_write_time(world.temporary, fs::file_time_type::clock::now() + two_hours - std::chrono::minutes(50));
    const json::Value later = world.document({"--leftovers", "--yes"});
    CHECK(has(kept(later), "changed 50 minutes ago"));
    CHECK(world.left() == 4);
}

TEST_CASE("a damaged manifest keeps the blobs that no manifest names") {
    Leftover world;
    const fs::path manifest = world.path() / "manifests/registry.ollama.ai/library/lost/latest";
    fs::create_directories(manifest.parent_path());
    fs::copy_file(world.directory() / "codemate.json", manifest);
    world.later(two_hours);
    const json::Value done = world.document({"--leftovers", "--yes"});
    CHECK(number(done, "status") == 0);
    CHECK(has(kept(done), "library/lost/latest"));
    CHECK(fs::exists(world.orphan));
    CHECK(world.left() == 1);
}

TEST_CASE("on a disk that cannot be seen a start of the server would clear up") {
    Leftover world;
    world.hide_store();
    world.later(two_hours);
    const json::Value done = world.document({"--leftovers", "--yes"});
    CHECK(number(done, "status") == 0);
    CHECK(has(kept(done), "a start of the server removes"));
    CHECK(world.left() == 4);
}

TEST_CASE("snapshots go when two weeks have passed") {
    PruneWorld world;
    const fs::path library = world.path() / "manifests/registry.ollama.ai/library/mistral";
    const std::string tag = rules::snapshot_name(ModelName::parse("mistral"), SystemClock().now(), Digest()).tag();
    fs::copy_file(library / "latest", library / tag);
    const std::string name = "mistral:" + tag;
    world.later(std::chrono::hours(24 * 13));
    const json::Value young = world.document({"--dry-run"});
    CHECK(word(test::model_of(young, name), "do") == "keep");
    world.later(std::chrono::hours(24 * 15));
    const json::Value old = world.document({"--yes", name});
    CHECK(names_with(old, "outcome", "removed") == Names{name});
    CHECK(word(test::model_of(old, name), "name") == name);
    CHECK(world.installed() == all_three);
}

TEST_CASE("a helper name that somebody's run left goes an hour later with whatever changes the server next") {
    PruneWorld world;
    const std::string helper = "127.0.0.1:41837/codemate-d01e6d09a0eb794a832c22a0f9b7fc08/mistral:latest";
    const fs::path file = world.path() / "manifests" / (helper.substr(0, helper.rfind(':')) + "/latest");
    world.require("mistral", R"(, "protected": ["qwen2.5-coder", "tinyllama"])"); // so that nothing else is to go
    world.copy("mistral", helper);
    REQUIRE(fs::exists(file));
    const auto young = world.codemate({"prune"});
    INFO(young.err);
    CHECK(young.status() == 0);
    CHECK(has(young.out, helper));
    CHECK(has(young.out, "may be at work with it\n"));
    CHECK(has(young.out, "Nothing to remove\n"));
    CHECK(has(world.codemate({"doctor"}).out, "an hour after it was made"));
    CHECK(fs::exists(file));

    world.later(two_hours);
    CHECK(has(world.codemate({"doctor"}).out, "a cut off run left behind"));
    const auto planned = world.codemate({"prune", "--dry-run"});
    CHECK(has(planned.out, "remove    " + helper));
    CHECK(has(planned.out, "left behind by a codemate that was cut off, made 2 hours ago\n"));
    CHECK(fs::exists(file));
    const auto pruned = world.codemate({"prune"}); // nobody is asked
    INFO(pruned.err);
    CHECK(pruned.status() == 0);
    CHECK(has(pruned.out, "Deleted 1 model"));
    CHECK_FALSE(fs::exists(file));
    // A prune of others that removes none of them, and a pull that has nothing to fetch.
    for (const Names& line : {Names{"prune", "nothing-*"}, Names{"pull", "--jobs", "1"}}) {
        world.copy("mistral", helper);
        const auto swept = world.codemate(line);
        INFO(swept.err);
        CHECK(swept.status() == 0);
        CHECK(has(swept.err, helper + " is removed: a helper of a pull that was cut off"));
        CHECK_FALSE(fs::exists(file));
    }
    CHECK(world.installed() == all_three);
    CHECK(world.codemate({"verify"}).status() == 0);
}
