#include "support/catch.hpp"
#include "unit/lifecycle/prune_world.hpp"

#include "codemate/rules/own_names.hpp"

using namespace codemate;
using namespace std::chrono_literals;
namespace use = lifecycle::prune;
using Outcome = use::Item::Outcome;
using Words = std::vector<std::string>;
using World = test::PruneWorld;
using Call = test::FakeServer::Call::What;

namespace {

std::string no_more_names(World& world) {
    for (const std::string& name : world.names()) {
        if (rules::is_own_name(ModelName::parse(name))) return name;
    }
    return "";
}

} // namespace

TEST_CASE("what the plan says is removed, and nothing is left of it") {
    World world;
    world.install("chat", {"c", "shared"});
    world.install("phi", {"p", "shared"});
    world.install("zephyr", {"p"});
    const ByteCount before = store::usage(world.inventory()).sum();
    const use::Plan plan = world.plan();
    const use::Report report = world.execute(plan);
    CHECK(report.count(Outcome::removed) == 2);
    CHECK(world.names() == Words{"chat"});
    CHECK(before - store::usage(world.inventory()).sum() == plan.frees);
    CHECK(report.freed == plan.frees);
    CHECK(report.announced == plan.frees);
    CHECK(world.changes.left_behind().empty());
    // A second run has nothing to do.
    CHECK_FALSE(world.plan().removes_anything());
    // What was removed is remembered, with its manifest.
    const auto entries = world.journal.entries();
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].removed);
    CHECK(entries[0].manifest);
    CHECK(plan.steps[0].back() == "codemate pull phi@sha256:" + plan.steps[0].model.digest->id());
}

TEST_CASE("what changes between plan and deletion stays") {
    World world;
    world.install("chat", {"c"});
    world.install("phi", {"p"});
    const use::Plan plan = world.plan();
    REQUIRE(plan.count(use::Step::Do::remove) == 1);
    std::string why;
    SECTION("its tag was pulled anew") {
        world.install("phi", {"newer"});
        why = "'phi:latest' stays: its tag was pulled anew, or replaced, since the plan was made";
    }
    SECTION("the same while the look goes on") {
        world.on_disk.after_copy = [&] { world.install("phi", {"newer"}); };
        why = "'phi:latest' stays: its tag was pulled anew, or replaced, since the plan was made";
    }
    SECTION("it was loaded") {
        world.server.load("phi", 4096);
        why = "'phi:latest' stays: by now it is loaded; `ollama stop phi:latest` ends that";
    }
    SECTION("it was loaded while the look goes on") {
        world.on_disk.after_copy = [&] { world.server.load("phi", 4096); };
        why = "'phi:latest' stays: by now it is loaded; `ollama stop phi:latest` ends that";
    }
    SECTION("it was protected") {
        world.manifests.front().protect.push_back(NamePattern::parse("phi"));
        why = "'phi:latest' stays: by now it is protected by 'phi'";
    }
    SECTION("another project wants it now") {
        world.elsewhere = {{"http://x", "/b/codemate.json", {ModelName::parse("phi")}, world.clock.now()}};
        why = "'phi:latest' stays: by now it is required by /b/codemate.json, used here less than a second ago";
    }
    SECTION("another codemate is about to change it") {
        const auto lock = world.changes.alone(world.options.server, ModelName::parse("phi"), {});
        const use::Report report = world.execute(plan);
        CHECK(report.items.at(0).error->message() == "'phi:latest' stays: another codemate changes it");
        CHECK(world.names() == Words{"chat", "phi"});
        return;
    }
    const use::Report report = world.execute(plan);
    REQUIRE(report.items.size() == 1);
    CHECK(report.items[0].outcome == Outcome::kept);
    CHECK(report.items[0].error->message() == why);
    CHECK(world.names() == Words{"chat", "phi"});
    CHECK(no_more_names(world).empty());
    CHECK(world.changes.left_behind().empty());
}

TEST_CASE("what somebody else has deleted meanwhile is gone, and that is no failure") {
    World world;
    world.install("chat", {"c"});
    world.install("phi", {"p"});
    const use::Plan plan = world.plan();
    SECTION("before the look") {
        world.on_disk.remove(ModelName::parse("phi"), {});
    }
    SECTION("after it") {
        world.on_disk.before_remove = [&] { world.on_disk.remove(ModelName::parse("phi"), {}); };
    }
    const use::Report report = world.execute(plan);
    CHECK(report.items.at(0).outcome == Outcome::gone);
    CHECK_FALSE(report.items.at(0).error);
    CHECK(world.names() == Words{"chat"});
}

TEST_CASE("a deletion counts where the server lists the model no more, whatever was answered") {
    World world;
    world.install("chat", {"c"});
    world.install("phi", {"p"});
    const use::Plan plan = world.plan();
    world.on_disk.ignore_removals = true; // what stands before the server says yes to everything
    const use::Report report = world.execute(plan);
    CHECK(report.items.at(0).outcome == Outcome::failed);
    CHECK(report.items.at(0).error->kind() == Kind::protocol);
    CHECK(report.announced == ByteCount());
}

TEST_CASE("where the way back cannot be remembered a model stays that its tag does not bring back") {
    World world;
    world.install("chat", {"c"});
    world.install("phi", {"p"});
    const bool moved = GENERATE(true, false), named = GENERATE(true, false);
    if (named) world.options.targets = {"phi"};
    const use::Plan plan = world.plan();
    REQUIRE(plan.count(use::Step::Do::remove) == 1);
    if (moved) world.registry.withdraw("phi");
    world.state.write("journal.jsonl.d", "");
    world.journal = state::Journal(world.state / "journal.jsonl.d/journal.jsonl"); // below a file: nothing can be there
    const use::Report report = world.execute(plan);
    const use::Item& item = report.items.at(0);
    CHECK(item.outcome == (moved && !named ? Outcome::kept : Outcome::removed));
    CHECK(item.notes.size() == 1);
    CHECK(item.step.back().empty() == (moved && named));
}

TEST_CASE("one failure does not stop the rest") {
    World world;
    world.install("chat", {"c"});
    for (const char* name : {"a", "b", "d"})
        world.install(name, {name});
    const use::Plan plan = world.plan();
    world.server.fail(Call::remove, Error(Kind::storage, "permission denied"), 2); // of a and its helper they go well
    const use::Report report = world.execute(plan);
    CHECK(report.items.at(0).outcome == Outcome::removed);
    CHECK(report.items.at(1).outcome == Outcome::failed);
    CHECK(report.items.at(1).error->message() == "cannot remove 'b:latest': permission denied");
    CHECK(report.items.at(2).outcome == Outcome::removed);
    CHECK(world.names() == Words{"b", "chat"});
}

TEST_CASE("with a full disk models can be removed all the same") {
    World world;
    world.install("chat", {"c"});
    world.install("phi", {"p"});
    const use::Plan plan = world.plan();
    SECTION("known to be full: nothing is copied") {
        world.space = ByteCount(4096);
        CHECK(world.execute(plan).count(Outcome::removed) == 1);
        for (const auto& call : world.server.calls())
            CHECK(call.what != Call::copy);
    }
    SECTION("told by the server: its half a manifest is made whole, and removed") {
        world.server.fail(Call::copy, Error(Kind::storage, "no space left on device"));
        CHECK(world.execute(plan).count(Outcome::removed) == 1);
        const auto calls = world.server.calls();
        const auto last_copy = std::ranges::find_if(calls.rbegin(), calls.rend(),
                                                    [](const auto& call) { return call.what == Call::copy; });
        REQUIRE(last_copy != calls.rend());
        CHECK(last_copy->name == "chat:latest");
        CHECK(rules::is_own_name(ModelName::parse(last_copy->second)));
    }
    CHECK(world.names() == Words{"chat"});
}

TEST_CASE("the state directory need not be writable") {
    World world;
    world.install("chat", {"c"});
    world.install("phi", {"p"});
    world.state.write("file", "");
    world.journal = state::Journal(world.state / "file/journal.jsonl");
    world.changes = state::Changes(world.state / "file/changes");
    CHECK(world.execute(world.plan()).count(Outcome::removed) == 1);
}

TEST_CASE("a stop: what is gone and what is not is told") {
    World world;
    world.install("chat", {"c"});
    for (const char* name : {"a", "b", "d"})
        world.install(name, {name});
    const use::Plan plan = world.plan();
    world.on_disk.before_remove = [&] { world.stop.request_stop(); }; // within a's last step
    const use::Report report = world.execute(plan);
    CHECK(report.interrupted);
    CHECK(report.items.at(0).outcome == Outcome::removed);
    CHECK(report.items.at(1).outcome == Outcome::not_started);
    CHECK(report.items.at(2).outcome == Outcome::not_started);
    CHECK(world.names() == Words{"b", "chat", "d"});
    CHECK(no_more_names(world).empty());
}

TEST_CASE("leftovers go, but for those that have changed since") {
    World world;
    world.install("chat", {"c"});
    const std::string partial = store::blob_path(Digest::of("partial")) + "-partial";
    world.disk->put(partial, std::string(5000, 'p'));
    world.disk->put(partial + "-0", R"({"N":0,"Offset":0,"Size":5000,"Completed":10})");
    world.disk->put(test::path_of_blob("orphan"), "orphan");
    world.clock.set(world.disk->now() + 2h);
    world.options.leftovers = true;
    const use::Plan plan = world.plan();
    REQUIRE(plan.leftovers.going.size() == 2);
    SECTION("as planned") {
        const use::Report report = world.execute(plan);
        CHECK(report.freed == plan.leftovers.frees());
        CHECK_FALSE(world.disk->has(partial));
        CHECK_FALSE(world.disk->has(partial + "-0"));
        CHECK_FALSE(world.disk->has(test::path_of_blob("orphan")));
        CHECK(world.disk->has(test::path_of_blob("c")));
    }
    SECTION("a model uses the orphan now") {
        test::install(*world.disk, "new", "{}", {"orphan"});
        world.clock.set(world.disk->now() + 3h);
        const use::Report report = world.execute(plan);
        CHECK(world.disk->has(test::path_of_blob("orphan")));
        CHECK_FALSE(world.disk->has(partial));
        CHECK(std::ranges::count(report.swept, true, &use::Swept::removed) == 1);
    }
    SECTION("a download goes on") {
        world.disk->change(partial, [](std::string& content) { content[0] = 'q'; });
        world.clock.set(world.disk->now() + 1min);
        const use::Report report = world.execute(plan);
        CHECK(world.disk->has(partial));
        CHECK(world.disk->has(test::path_of_blob("orphan"))); // nothing is touched while anything moves
        CHECK(report.swept.at(0).error->message().find("a pull or a create may be at work") != std::string::npos);
    }
    SECTION("a file that cannot be removed") {
        world.disk->fail(test::MemoryDisk::Call::remove, test::path_of_blob("orphan"),
                         Error(Kind::storage, "permission denied"));
        const use::Report report = world.execute(plan);
        CHECK(report.swept.at(0).error->message() == "permission denied");
        CHECK(report.swept.at(1).removed);
    }
}
