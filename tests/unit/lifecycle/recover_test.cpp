#include "support/catch.hpp"
#include "support/hand_clock.hpp"
#include "unit/lifecycle/images.hpp"

#include "codemate/lifecycle/recover.hpp"
#include "codemate/rules/own_names.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>

using namespace codemate;
namespace use = lifecycle::recover;
using Do = use::Step::Do;
using test::as_installed;
using test::FakeServer;
using test::image;
using namespace std::chrono_literals;

namespace {

const auto before = image("before", "Q4_0");
const auto wanted = image("wanted", "Q4_0");
const auto other = image("other", "Q4_0");
const ModelName name = ModelName::parse("mistral");
const ModelName helper("127.0.0.1:41234", rules::new_relay_owner(), "mistral", "latest");

struct World {
    FakeServer server;
    test::HandClock clock;
    state::Change change{"http://127.0.0.1:11434", name, before.image().digest, {wanted.image().digest}, helper};

    World() {
        clock.advance(400'000h);
        change.began = clock.now();
        server.set_now(clock.now());
        clock.advance(10s);
    }
    void install(const ModelName& as, const test::FakeRegistry::Model& model) {
        FakeServer::Model installed = as_installed(model);
        installed.modified = clock.now();
        server.install(as.display(), std::move(installed));
    }
    ModelName snapshot(const test::FakeRegistry::Model& model) {
        const ModelName as = rules::snapshot_name(name, clock.now(), model.image().digest);
        install(as, model);
        return as;
    }
    use::Plan plan() { return use::plan({{change}, server.installed({}), clock.now()}); }
    use::Report recover() { return use::execute(plan(), {server, clock}, {}); }
    std::optional<Digest> digest_of(const ModelName& which) {
        const auto installed = server.installed({});
        const auto* found = rules::find(installed, which);
        return found == nullptr ? std::nullopt : found->digest;
    }
    std::vector<ModelName> snapshots() {
        std::vector<ModelName> found;
        for (const auto& model : server.installed({})) {
            if (rules::parse_snapshot_name(model.name)) found.push_back(model.name);
        }
        return found;
    }
};

} // namespace

TEST_CASE("nothing was left: nothing is done") {
    World world;
    world.install(name, before);
    CHECK(world.plan().steps.empty());
}

TEST_CASE("what was pulled and not put in its place is put there, and what it replaces is kept") {
    World world;
    world.install(name, before);
    world.install(helper, wanted);
    const bool kept_already = GENERATE(false, true);
    if (kept_already) world.snapshot(before);
    CHECK(world.recover().complete());
    CHECK(world.digest_of(name) == wanted.image().digest);
    CHECK_FALSE(world.digest_of(helper));
    REQUIRE(world.snapshots().size() == 1);
    CHECK(world.digest_of(world.snapshots().front()) == before.image().digest);
    CHECK(world.server.orphans().empty());
    CHECK(world.plan().steps.empty());
}

TEST_CASE("a name that was absent gets what was pulled for it") {
    World world;
    world.change.before.reset();
    world.install(helper, wanted);
    world.recover();
    CHECK(world.digest_of(name) == wanted.image().digest);
    CHECK_FALSE(world.digest_of(helper));
    CHECK(world.snapshots().empty());
}

TEST_CASE("a name that somebody has changed since stays as it is") {
    World world;
    world.install(name, other);
    world.install(helper, wanted);
    world.recover();
    CHECK(world.digest_of(name) == other.image().digest);
    CHECK_FALSE(world.digest_of(helper));
}

TEST_CASE("what is not what was wanted is not put in its place") {
    World world;
    world.install(name, before);
    world.install(helper, other);
    world.recover();
    CHECK(world.digest_of(name) == before.image().digest);
    CHECK_FALSE(world.digest_of(helper));
}

TEST_CASE("a true name that was pulled from is finished, too, but only its user may remove it") {
    World world;
    const ModelName from = ModelName::parse("coder:instruct");
    world.change.helper = from;
    world.change.wanted.clear(); // no pin: whatever came
    world.install(name, before);
    world.install(from, wanted);
    const use::Report report = world.recover();
    CHECK(world.digest_of(name) == wanted.image().digest);
    CHECK(world.digest_of(from) == wanted.image().digest);
    CHECK(std::ranges::any_of(report.items, [](const use::Item& item) { return item.step.what == Do::leave; }));
    CHECK(world.snapshots().empty());
}

TEST_CASE("snapshots that are not needed go, one of what was replaced stays") {
    World world;
    SECTION("of what the name still has") {
        world.install(name, before);
        world.snapshot(before);
        world.recover();
        CHECK(world.snapshots().empty());
    }
    SECTION("two of the same") {
        world.install(name, wanted);
        world.snapshot(before);
        world.clock.advance(1s);
        world.snapshot(before);
        world.recover();
        CHECK(world.snapshots().size() == 1);
    }
    SECTION("older than the change: not its own") {
        world.install(name, before);
        world.change.began = world.clock.now() + 1h;
        world.snapshot(before);
        world.recover();
        CHECK(world.snapshots().size() == 1);
    }
}

TEST_CASE("a name that was lost in the middle gets back what it had") {
    World world;
    world.snapshot(before);
    world.recover();
    CHECK(world.digest_of(name) == before.image().digest);
    CHECK(world.snapshots().empty());
}

TEST_CASE("what came in the place of the pin is not left there") {
    World world;
    world.change.helper.reset(); // pulled under its own name
    world.snapshot(before);
    world.install(name, other);
    world.recover();
    CHECK(world.digest_of(name) == before.image().digest);
    CHECK(world.snapshots().empty());
}

TEST_CASE("what a server may still be checking is looked for again, for an hour") {
    World world;
    use::Facts facts{{world.change}, {}, world.clock.now()};
    CHECK(use::may_still_arrive(world.change, facts));
    facts.now += 61min;
    CHECK_FALSE(use::may_still_arrive(world.change, facts));
    facts.now = world.clock.now();
    world.install(helper, wanted);
    facts.installed = world.server.installed({});
    CHECK_FALSE(use::may_still_arrive(world.change, facts)); // it has arrived
    facts.installed.clear();
    world.change.helper = ModelName::parse("coder:instruct"); // no name of ours
    CHECK_FALSE(use::may_still_arrive(world.change, facts));
}

TEST_CASE("helper names whose process nobody remembers go after an hour") {
    World world;
    world.install(helper, wanted);
    const std::vector<ollama::Installed> installed = world.server.installed({});
    CHECK(use::plan({{}, installed, world.clock.now()}).steps.empty());
    world.clock.advance(61min);
    const use::Plan plan = use::plan({{}, installed, world.clock.now()});
    REQUIRE(plan.steps.size() == 1);
    CHECK(plan.steps.front().what == Do::remove);
    CHECK(plan.steps.front().name == helper);
}

TEST_CASE("nothing is replaced that could not be kept, and no helper removed that alone has the content") {
    World world;
    world.install(name, before);
    world.install(helper, wanted);
    world.server.fail(FakeServer::Call::What::copy, Error(Kind::storage, "no space"), 0, 10);
    CHECK_FALSE(world.recover().complete());
    CHECK(world.digest_of(name) == before.image().digest);
    CHECK(world.digest_of(helper) == wanted.image().digest);
}

namespace {

// An update of `name` from before to wanted, cut off.
struct UpdateWorld : World {
    UpdateWorld() {
        change.helper = rules::new_candidate_name(name);
        change.replacing.emplace();
        change.replacing->lock = "/project/codemate.lock";
    }
    // As an exchange names it: after what it makes room for.
    ModelName spare(const test::FakeRegistry::Model& holds, const test::FakeRegistry::Model& for_what) {
        const ModelName as = rules::snapshot_name(name, clock.now() + 1s, for_what.image().digest);
        install(as, holds);
        return as;
    }
    use::Report recover(const test::FakeRegistry::Model& pinned) {
        use::Facts facts{{change}, server.installed({}), clock.now()};
        facts.pinned[0] = {pinned.image().digest};
        return use::execute(use::plan(facts), {server, clock}, {});
    }
};

} // namespace

TEST_CASE("an update that was cut off before its lock was written is undone, and its spare is no way back") {
    UpdateWorld world;
    world.install(name, wanted);
    const ModelName kept = world.snapshot(before);
    world.spare(wanted, before);
    world.install(*world.change.helper, wanted);
    CHECK(world.recover(before).complete());
    CHECK(world.digest_of(name) == before.image().digest);
    CHECK(world.snapshots().empty());
    CHECK_FALSE(world.digest_of(*world.change.helper));
}

TEST_CASE("an update whose lock was written is over: its snapshot stays, by its own name, and spare and candidate go") {
    UpdateWorld world;
    world.install(name, wanted);
    world.spare(before, wanted);
    const ModelName kept = world.snapshot(before);
    world.install(*world.change.helper, wanted);
    CHECK(world.recover(wanted).complete());
    CHECK(world.digest_of(name) == wanted.image().digest);
    CHECK(world.snapshots() == std::vector{kept});
    CHECK_FALSE(world.digest_of(*world.change.helper));
}

TEST_CASE("a candidate goes, and a content that somebody else has put there stays") {
    UpdateWorld world;
    world.install(name, other);
    world.install(*world.change.helper, wanted);
    CHECK(world.recover(before).complete());
    CHECK(world.digest_of(name) == other.image().digest);
    CHECK_FALSE(world.digest_of(*world.change.helper));
}
