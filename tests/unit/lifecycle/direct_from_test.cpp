// What a run of --direct says of registries, and of the one place that everything comes from (--from).
#include "unit/lifecycle/direct_world.hpp"

using namespace codemate;
using namespace codemate::test::direct;
using test::FakeRegistry;
using Do = Step::Do;
using What = FakeRegistry::Call::What;

namespace {

void forget_bytes(World& world) {
    world.file.update([](manifest::Lock& lock) { lock.models.begin()->second.bytes.reset(); }, {});
}

// A lock without the manifest's bytes.
World& locked_without_bytes(World& world) {
    world.pin(mistral, before, "mistral");
    forget_bytes(world);
    world.options.locked = true;
    return world;
}

} // namespace

TEST_CASE("who cannot be asked for a manifest that a lock lacks is the reason, with its status and hint") {
    for (const Kind kind :
         {Kind::unauthorised, Kind::busy, Kind::unreachable, Kind::protocol, Kind::storage, Kind::damaged}) {
        for (const bool from : {false, true}) {
            World world;
            locked_without_bytes(world);
            if (from) world.options.from = rules::OneSource{"usb"};
            world.registry.fail_model("mistral", Error(kind, "it went wrong").hint("so do this"));
            const Plan plan = world.plan();
            REQUIRE(plan.steps.front().obstacle);
            const Error& error = *plan.steps.front().obstacle;
            CHECK(error.kind() == kind);
            CHECK(error.message().ends_with("it went wrong"));
            CHECK(error.hint() == "so do this");
        }
    }
}

TEST_CASE("only where all say that they lack it, a manifest is lost") {
    World world;
    locked_without_bytes(world);
    world.registry.withdraw("mistral");
    const Plan plan = world.plan();
    REQUIRE(plan.steps.front().obstacle);
    CHECK(plan.steps.front().obstacle->kind() == Kind::not_found);
}

TEST_CASE("a plan for one place says what that has, and what it lacks before anything is done") {
    World world;
    world.pin(mistral, before, "mistral");
    world.options.from = rules::OneSource{"usb"};
    for (const bool locked : {false, true}) {
        world.options.locked = locked;
        const Plan plan = world.plan();
        CHECK(plan.from == "usb");
        CHECK(plan.steps.front().what == Do::fetch);
        CHECK(plan.steps.front().reason == "locked; usb has it");
        CHECK_FALSE(plan.wants_consent());
    }
    world.registry.offer("mistral", after);
    world.options.locked = false;
    Plan plan = world.plan();
    CHECK(plan.wants_consent());
    CHECK(plan.steps.front().reason.starts_with("locked; its tag serves " + after.image().digest.id() + " at usb: "));
    world.registry.lose_blob(weights_of(before));
    for (const bool locked : {false, true}) {
        world.options.locked = locked;
        plan = world.plan();
        REQUIRE(plan.steps.front().obstacle);
        CHECK(plan.steps.front().obstacle->kind() == Kind::not_found);
        CHECK(plan.steps.front().obstacle->message().find("not at usb") != std::string::npos);
        CHECK(plan.to_fetch == ByteCount());
        CHECK_FALSE(plan.wants_consent());
    }
    world.disk.put(store::blob_path(weights_of(before)), before.blobs.at(weights_of(before)));
    CHECK_FALSE(world.plan().steps.front().obstacle); // it is there already
}

TEST_CASE("a registry that has none of the models is doubted by a plan, too") {
    World world;
    world.pin(mistral, before, "mistral");
    world.options.locked = true;
    world.options.from = rules::OneSource{"https://registry.corp/nope"};
    world.registry.fail_model("mistral", Error(Kind::not_found, "registry.corp has no mistral"));
    const Plan plan = world.plan();
    REQUIRE(plan.steps.front().obstacle);
    CHECK(plan.steps.front().obstacle->kind() == Kind::not_found);
    CHECK(plan.steps.front().obstacle->hint().find("is the path right?") != std::string::npos);
}

TEST_CASE("one place that is not reached is not waited for, and not asked for each layer") {
    World world;
    world.pin(mistral, before, "mistral");
    world.options.locked = true;
    world.options.from = rules::OneSource{"http://127.0.0.1:1"};
    world.registry.fail_model("mistral", Error(Kind::unreachable, "nothing is listening there"));
    std::size_t waits = 0;
    world.options.download.wait = [&](Duration, const Stop&) { ++waits; };
    const Item item = world.pull_one();
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::unreachable);
    CHECK(waits == 0);
    CHECK(world.registry.count(What::read_blob) == 0);
}

TEST_CASE("what an unfinished download has kept is not to be fetched") {
    World world;
    const ByteCount all = world.plan().to_fetch;
    world.disk.put(".codemate/sha256-" + weights_of(before).hex(), "weig");
    world.disk.on_disk(".codemate/sha256-" + weights_of(before).hex(), ByteCount(4));
    const Plan plan = world.plan();
    CHECK(plan.to_fetch == all - ByteCount(4));
    CHECK(plan.to_write == plan.to_fetch);
    CHECK(plan.steps.front().to_fetch() == plan.to_fetch);
    CHECK(plan.steps.front().kept == ByteCount(4));
}

TEST_CASE("what small blobs meet side by side is told once") {
    World world;
    world.registry.fail(What::read_blob, Error(Kind::unreachable, "the registry hung up"), 0, 3);
    CHECK_FALSE(world.pull_one().error);
    const auto told = std::ranges::count_if(world.events, [](const Event& event) {
        return event.type == Event::Type::note && event.text.starts_with("the registry hung up");
    });
    CHECK(told == 1);
}
