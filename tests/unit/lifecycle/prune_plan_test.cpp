#include "support/catch.hpp"
#include "unit/lifecycle/prune_world.hpp"

#include "codemate/rules/own_names.hpp"

using namespace codemate;
using namespace std::chrono_literals;
namespace use = lifecycle::prune;
using std::chrono::days;
using Do = use::Step::Do;
using Words = std::vector<std::string>;
using World = test::PruneWorld;
using test::in_words;

namespace {

const std::string large(9000, 'l'), middle(5000, 'm'), small(100, 's');
constexpr ByteCount block(4096), two_blocks(8192), three_blocks(12288);

} // namespace

TEST_CASE("by default everything goes that nothing keeps") {
    World world;
    world.manifests = {test::manifest_of(R"({"schema": 1, "roles": {"primary": "chat"}, "groups": {"more": ["big"]},
                                             "protected": ["mistral"]})")};
    for (const char* name : {"chat", "big", "mistral:7b", "mistral-nemo", "zephyr", "elsewhere", "mine:7b"})
        world.install(name, {name});
    world.elsewhere = {{"http://x", "/b/codemate.json", {ModelName::parse("elsewhere")}, world.clock.now() - days(2)}};
    world.options.keep = {NamePattern::parse("mine")};
    CHECK(in_words(world.plan()) == Words{"remove mistral-nemo: nothing keeps it", "remove zephyr: nothing keeps it",
                                          "keep big: it is in the group more", "keep chat: it has the role primary",
                                          "keep elsewhere: it is required by /b/codemate.json, used here 2 days ago",
                                          "keep mine:7b: --keep 'mine' keeps it",
                                          "keep mistral:7b: it is protected by 'mistral'"});
    world.options.optional_too = true; // as the wrapper's keep-models
    world.elsewhere.clear();
    CHECK(world.plan().count(Do::remove) == 4);
}

TEST_CASE("what is loaded stays, and nothing goes where the server does not say what is") {
    World world;
    world.install("chat", {"c"});
    world.install("phi", {"p"});
    SECTION("loaded") {
        world.server.load("phi", 4096);
        CHECK(in_words(world.plan()).at(1) == "keep phi: it is loaded; `ollama stop phi:latest` ends that");
    }
    SECTION("not said") {
        world.server.fail(test::FakeServer::Call::What::running, Error(Kind::unreachable, "no answer"));
        const use::Plan plan = world.plan();
        REQUIRE(plan.obstacle);
        CHECK(plan.obstacle->kind() == Kind::unreachable);
    }
    SECTION("not said, and of no interest") {
        world.options.keep = {NamePattern::parse("phi")};
        world.server.fail(test::FakeServer::Call::What::running, Error(Kind::unreachable, "no answer"));
        CHECK_FALSE(world.plan().obstacle);
    }
}

TEST_CASE("snapshots go when they are old") {
    World world;
    world.install("chat", {"c"});
    const auto snapshot = [&](Duration ago) {
        const std::string name =
            rules::snapshot_name(ModelName::parse("chat"), world.clock.now() - ago, Digest::of("c")).display();
        world.install_own(name, {"gone upstream"}, ago);
        return name;
    };
    const std::string young = snapshot(days(13)), old = snapshot(days(15));
    const use::Plan plan = world.plan();
    CHECK(in_words(plan) == Words{"remove " + old + ": nothing keeps it", "keep chat: it has the role primary",
                                  "keep " + young + ": it is a snapshot of chat:latest, made less than 14 days ago"});
    CHECK(plan.steps[0].back().empty());
}

TEST_CASE("a name at a relay goes when no run can be at work with it, and its own layers come free") {
    World world;
    world.in_reach = GENERATE(true, false);
    world.install("chat", {"c"});
    const auto helper = [&](Duration ago, const std::string& layer) {
        const std::string name = "127.0.0.1:4/" + rules::new_relay_owner() + "/chat:latest";
        world.install_own(name, {layer}, ago);
        return ModelName::parse(name).display_short();
    };
    const std::string young = helper(std::chrono::minutes(5), "c");
    const std::string old = helper(std::chrono::hours(2), "left by a run");
    const std::string kept = "keep " + young + ": a codemate made it less than an hour ago and may be at work with it";
    const std::string gone = "remove " + old + ": left behind by a codemate that was cut off, made 2 hours ago";
    SECTION("whatever the age that is asked for, and without a word of how it would come back") {
        if (GENERATE(false, true)) world.options.older_than = days(7);
        const use::Plan plan = world.plan();
        CHECK(in_words(plan) == Words{gone, kept, "keep chat: it has the role primary"});
        CHECK(plan.steps[0].frees > ByteCount());
        CHECK_FALSE(plan.steps[0].way_back);
        CHECK(world.registry.count(test::FakeRegistry::Call::What::find_blob) == 0);
        const use::Report report = world.execute(plan);
        CHECK(report.count(use::Item::Outcome::removed) == 1);
        CHECK(world.names() == Words{young, "chat"});
    }
    SECTION("what it frees counts first") {
        world.install("phi", {"p"});
        world.options.to_free = ByteCount(1);
        const use::Plan plan = world.plan();
        CHECK(in_words(plan).front() == gone);
        CHECK(plan.count(Do::remove) == 1);
    }
    SECTION("no pattern means it") {
        world.options.targets = {GENERATE(std::string("127*"), std::string("all"))};
        CHECK(world.plan().count(Do::remove) == 0);
    }
    SECTION("somebody pulls it anew before it goes") {
        const use::Plan plan = world.plan();
        test::FakeServer::Model now = test::model_on(*world.disk, old);
        now.modified = world.clock.now();
        world.server.install(old, now);
        CHECK(world.execute(plan).count(use::Item::Outcome::removed) == 0);
    }
}

TEST_CASE("what would not come back goes only if it is named") {
    World world;
    world.install("chat", {"c"});
    world.install_own("made-here", {"my own"});
    world.install("half-gone", {"one", "two"});
    world.registry.lose_blob(Digest::of("two"));
    CHECK(in_words(world.plan()) ==
          Words{"keep chat: it has the role primary",
                "keep half-gone: it would not come back: no registry has its weights (3 B); it goes if it is named",
                "keep made-here: it would not come back: no registry has its weights (6 B); it goes if it is named"});
    world.options.targets = {"made-here"};
    const use::Plan plan = world.plan();
    CHECK(in_words(plan) == Words{"remove made-here: nothing keeps it"});
    CHECK(plan.steps[0].back().empty());
    CHECK(plan.steps[0].way_back->missing == "no registry has its weights (6 B)");
    world.options.targets = {"made-*"}; // a pattern names nobody
    CHECK(world.plan().count(Do::remove) == 0);
}

TEST_CASE("a registry that does not answer is asked once, and nobody is given up for it") {
    World world;
    world.install("chat", {"c"});
    for (int i = 0; i < 30; ++i)
        world.install("m" + std::to_string(i), {"w" + std::to_string(i)});
    world.registry.fail(test::FakeRegistry::Call::What::find_blob, Error(Kind::unreachable, "nothing is listening"), 0,
                        1'000'000);
    const use::Plan plan = world.plan();
    CHECK(plan.count(Do::remove) == 0);
    CHECK(in_words(plan).at(1) == "keep m0: it may not come back: nothing is listening; it goes if it is named");
    CHECK(world.registry.count(test::FakeRegistry::Call::What::find_blob) < 40);
}

TEST_CASE("targets: names, roles, groups, patterns") {
    World world;
    world.manifests = {
        test::manifest_of(R"({"schema": 1, "roles": {"primary": "chat"}, "groups": {"big": ["b1", "b2"]}})")};
    for (const char* name : {"chat", "b1", "phi", "phi:3b", "qwen"})
        world.install(name, {name});
    const auto plan = [&](std::vector<std::string> targets) {
        world.options.targets = std::move(targets);
        return world.plan();
    };
    CHECK(in_words(plan({"phi*"})) == Words{"remove phi:3b: nothing keeps it", "remove phi: nothing keeps it"});
    CHECK(in_words(plan({"phi", "PHI:3B"})) ==
          Words{"remove phi:3b: nothing keeps it", "remove phi: nothing keeps it"});
    CHECK(in_words(plan({"big"})) == Words{"keep b1: it is in the group big"}); // b2 is not there: nobody named it
    const use::Plan refused = plan({"primary", "nope", "qwen"});
    CHECK(in_words(refused) == Words{"remove qwen: nothing keeps it", "refuse chat: it has the role primary",
                                     "refuse nope: it is not installed"});
    CHECK(refused.steps[1].obstacle->kind() == Kind::refused);
    CHECK(refused.steps[1].obstacle->hint() == "`codemate rm --force chat:latest` removes it all the same");
    CHECK(refused.steps[2].obstacle->kind() == Kind::not_found);
    CHECK(plan({"x*"}).fits_nothing == Words{"x*"});
    CHECK_THROWS_AS(plan({"a b"}), Error);
    CHECK(in_words(plan({"all"})).size() == 5);
}

TEST_CASE("the age is that of the pull, or of the last reading where that is known") {
    World world;
    world.install("chat", {"c"});
    world.install("old", {"old"}, days(40));
    world.install("new", {"new"}, days(4));
    world.options.older_than = days(30);
    const auto told = [&] {
        Words reasons;
        for (const use::Step& step : world.plan().steps)
            reasons.push_back(step.model.name.display_short() + ": " + step.reason);
        return reasons;
    };
    CHECK(told() == Words{"old: nothing keeps it; pulled 5 weeks ago", "chat: it has the role primary",
                          "new: it was pulled 4 days ago, which --older-than spares"});
    world.disk->read_at(test::path_of_blob("old"), world.clock.now() - days(3));
    CHECK(told().at(2) == "old: it was last read 3 days ago, which --older-than spares");
    world.in_reach = false; // then only the server's word is known
    CHECK(told().at(0) == "old: nothing keeps it; pulled 5 weeks ago");
}

TEST_CASE("what was pulled nobody knows when is not old") {
    World world;
    world.install("chat", {"c"});
    world.install("odd", {"odd"}, world.clock.now() - Time{}); // a server that tells no time
    world.install("old", {"old"}, days(40));
    SECTION("for --older-than") {
        world.options.older_than = days(30);
        CHECK(in_words(world.plan()).back() == "keep odd: when it was pulled is not known, and --older-than spares it");
    }
    SECTION("for --to-free") {
        world.options.to_free = ByteCount(1);
        CHECK(world.plan().steps.front().model.name.display_short() == "old");
    }
}

TEST_CASE("a pattern of --keep that fits nothing is told") {
    World world;
    world.install("chat", {"c"});
    world.install("phi", {"p"});
    world.options.keep = {NamePattern::parse("phy"), NamePattern::parse("phi")};
    const use::Plan plan = world.plan();
    CHECK(plan.fits_nothing == Words{"phy"});
    CHECK_FALSE(plan.removes_anything());
}

TEST_CASE("to free so much, the oldest go first, and none that proves superfluous") {
    World world;
    world.install("chat", {"c"});
    world.install("a", {small}, days(50));         // frees next to nothing
    world.install("b", {large, middle}, days(40)); // shares its large layer
    world.install("c", {large}, days(30));
    world.install("d", {std::string(90'000, 'd')}, days(20));
    const auto plan = [&](ByteCount bytes) {
        world.options.to_free = bytes;
        return world.plan();
    };
    CHECK(in_words(plan(ByteCount(10))) == Words{"remove a: nothing keeps it", "keep b: enough comes free without it",
                                                 "keep c: enough comes free without it",
                                                 "keep chat: it has the role primary",
                                                 "keep d: enough comes free without it"});
    // a and b are too little, with c it is more than enough: without a it is enough as well.
    const use::Plan three = plan(three_blocks + three_blocks);
    CHECK(in_words(three).at(0) == "remove b: nothing keeps it");
    CHECK(in_words(three).at(1) == "remove c: nothing keeps it");
    CHECK(three.count(Do::remove) == 2);
    CHECK_FALSE(three.shortfall);
    const use::Plan all = plan(ByteCount(1'000'000));
    CHECK(all.count(Do::remove) == 4);
    REQUIRE(all.shortfall);
    CHECK(*all.shortfall == ByteCount(1'000'000) - all.frees);
}

TEST_CASE("figures: in blocks, in bytes, or at most") {
    World world;
    world.install("chat", {large});
    world.install("a", {large, middle});
    world.install("b", {middle});
    SECTION("a look at the disk") {
        const use::Plan plan = world.plan();
        CHECK(plan.measure == rules::Measure::blocks);
        CHECK(plan.steps[0].frees == block);
        CHECK(plan.steps[1].frees == block + two_blocks);
        CHECK(plan.frees == block + block + two_blocks);
    }
    SECTION("the manifests of all, by the registry") {
        world.in_reach = false;
        const use::Plan plan = world.plan();
        CHECK(plan.measure == rules::Measure::layers);
        CHECK(plan.frees == ByteCount(middle.size()));
    }
    SECTION("one manifest that nobody knows") {
        world.in_reach = false;
        world.install_own("mine", {"nobody else has it"});
        const use::Plan plan = world.plan();
        CHECK(plan.measure == rules::Measure::at_most);
        CHECK(plan.steps[0].frees == plan.steps[0].model.size);
    }
}

TEST_CASE("rm: what is named, unless a rule keeps it") {
    World world;
    world.manifests = {test::manifest_of(
        R"({"schema": 1, "roles": {"primary": "chat"}, "groups": {"big": ["b1"]}, "protected": ["safe"]})")};
    for (const char* name : {"chat", "b1", "safe", "phi"})
        world.install(name, {name});
    world.options.mode = use::Options::Mode::remove;
    world.options.targets = {"chat", "b1", "safe", "phi", "nope"};
    SECTION("without force") {
        CHECK(in_words(world.plan()) == Words{"remove b1: though it is in the group big",
                                              "remove phi: nothing keeps it", "refuse chat: it has the role primary",
                                              "refuse safe: it is protected by 'safe'",
                                              "refuse nope: it is not installed"});
    }
    SECTION("with it") {
        world.options.force = true;
        world.server.load("safe", 4096);
        const use::Plan plan = world.plan();
        CHECK(in_words(plan) == Words{"remove b1: though it is in the group big",
                                      "remove chat: by --force, though it has the role primary",
                                      "remove phi: nothing keeps it",
                                      "refuse safe: it is loaded; `ollama stop safe:latest` ends that",
                                      "refuse nope: it is not installed"});
        CHECK(plan.steps[1].by_force);
        CHECK_FALSE(plan.steps[0].by_force);
    }
    SECTION("a pattern is none of its names") {
        world.options.targets = {"p*"};
        CHECK_THROWS_AS(world.plan(), Error);
    }
    SECTION("without a manifest") {
        world.manifests.clear();
        CHECK(world.plan().count(Do::remove) == 4);
    }
}

TEST_CASE("names that the server would take for another model's stay, whatever is asked") {
    World world;
    world.install("chat", {"c"});
    for (const char* name : {"foo:local", "bar:cloud", "Case:1", "case:1"})
        world.install(name, {name});
    CHECK(world.plan().count(Do::remove) == 0);
    world.options.mode = use::Options::Mode::remove;
    world.options.force = true;
    world.options.targets = {"foo:local", "bar:cloud", "Case:1", "case:1"};
    const use::Plan plan = world.plan();
    CHECK(plan.count(Do::refuse) == 4);
    CHECK(plan.count(Do::remove) == 0);
}

TEST_CASE("leftovers, by the server's own rules") {
    World world;
    world.install("chat", {"c"});
    const std::string partial = store::blob_path(Digest::of("partial")) + "-partial";
    const auto leave = [&] {
        world.disk->put(test::path_of_blob("orphan"), "orphan");
        world.disk->put(partial, std::string(5000, 'p'));
        world.disk->put(partial + "-0", R"({"N":0,"Offset":0,"Size":5000,"Completed":10})");
        world.disk->put("blobs/sha256-123456", "upload");
    };
    leave();
    world.options.leftovers = true;
    const auto after = [&](Duration span) {
        world.clock.set(world.disk->now() + span);
        return world.plan().leftovers;
    };
    SECTION("older than an hour") {
        const use::Leftovers leftovers = after(61min);
        REQUIRE(leftovers.going.size() == 3);
        CHECK(leftovers.going[0].what == use::Leftover::What::orphan);
        CHECK(leftovers.going[1].paths == Words{partial, partial + "-0"});
        CHECK(leftovers.going[2].what == use::Leftover::What::temporary);
        CHECK(leftovers.frees() == block + two_blocks + block + block);
        CHECK(world.plan().steps.empty()); // alone it leaves the models alone
    }
    SECTION("while anything in blobs/ is younger") {
        const use::Leftovers leftovers = after(59min);
        CHECK(leftovers.going.empty());
        CHECK(leftovers.kept.at(0).find("a pull or a create may be at work") != std::string::npos);
    }
    SECTION("while a manifest cannot be understood, no orphan") {
        world.disk->put(test::path_of_model("broken"), "{");
        const use::Leftovers leftovers = after(61min);
        CHECK(leftovers.going.size() == 2);
        CHECK(leftovers.kept.at(0).find("manifests/registry.ollama.ai/library/broken/latest") != std::string::npos);
    }
    SECTION("where they cannot be seen, what a start of the server removes is told") {
        world.in_reach = false;
        const use::Leftovers leftovers = after(61min);
        CHECK(leftovers.going.empty());
        CHECK(leftovers.kept.at(0).find("a start of the server removes") != std::string::npos);
    }
    SECTION("they count for --to-free") {
        world.install("phi", {"p"});
        world.clock.set(world.disk->now() + 61min);
        world.options.to_free = ByteCount(5000);
        CHECK(world.plan().count(Do::remove) == 0);
        world.options.to_free = ByteCount(20'000);
        CHECK(world.plan().count(Do::remove) == 0);
        world.options.to_free = ByteCount(21'000);
        CHECK(world.plan().count(Do::remove) == 1);
    }
}
