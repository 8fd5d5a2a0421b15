#include "support/catch.hpp"
#include "unit/lifecycle/disks.hpp"
#include "unit/lifecycle/images.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/lifecycle/repair.hpp"
#include "codemate/store/scan.hpp"

#include <algorithm>

using namespace codemate;
namespace use = lifecycle::repair;
using test::FakeRegistry;
using test::MemoryDisk;
using Do = use::Step::Do;

namespace {

const FakeRegistry::Model chat = test::image("weights", "Q4_0");
const Digest weights = Digest::of("weights");

struct World {
    FakeRegistry registry;
    MemoryDisk disk;
    manifest::Lock lock;
    std::vector<state::Pulled> pulled;
    std::string project = R"({"schema": 1, "roles": {"primary": "chat"}})";
    std::stop_source stop;
    std::vector<Event> events;

    World() {
        registry.offer("chat", chat);
        disk.put(test::path_of_model("chat"), chat.manifest);
        for (const auto& [digest, content] : chat.blobs)
            disk.put(store::blob_path(digest), content);
        disk.own("blobs", {0750, 7, 8});
        disk.own("manifests", {0755, 7, 8});
    }

    use::Damage damage() {
        use::BadBlob bad{chat.image().layers.front(), {ModelName::parse("chat")}};
        if (const auto there = disk.stat(store::blob_path(weights))) bad.found = there->identity;
        return {{bad}, {}};
    }
    void spoil() {
        disk.change(store::blob_path(weights), [](std::string& content) { content[3] = '!'; });
    }
    use::Plan plan(const use::Damage& damage) {
        const manifest::Manifest manifest = test::manifest_of(project);
        const auto inventory = store::take_inventory(store::scan(disk, {}));
        return use::plan(use::gather(damage, inventory, {manifest, lock, pulled}, {disk, registry}, {}));
    }
    use::Report execute(const use::Plan& plan) {
        return use::execute(plan, {disk, registry},
                            {stop.get_token(), [&](const Event& event) { events.push_back(event); }});
    }
    std::string content() const { return disk.content(store::blob_path(weights)); }
    std::size_t files_in_blobs() { return disk.list("blobs", {}).entries.size(); }
};

} // namespace

TEST_CASE("a bad blob is fetched by its digest and takes the place of the bad one") {
    World world;
    world.spoil();
    SECTION("flipped") {}
    SECTION("missing") {
        world.disk.remove(store::blob_path(weights));
    }
    SECTION("cut") {
        world.disk.change(store::blob_path(weights), [](std::string& content) { content.clear(); });
    }
    SECTION("although the tag has moved") {
        world.registry.offer("chat", test::image("others", "Q4_0"));
    }
    const use::Plan plan = world.plan(world.damage());
    REQUIRE(plan.steps.size() == 1);
    CHECK(plan.steps[0].what == Do::fetch_blob);
    CHECK(plan.steps[0].reason == "from chat:latest");
    CHECK(plan.to_fetch() == ByteCount(7));
    const use::Report report = world.execute(plan);
    CHECK(report.items.at(0).done);
    CHECK(world.content() == "weights");
    const auto stat = world.disk.stat(store::blob_path(weights));
    CHECK(stat->mode == 0640);
    CHECK(stat->owner == 7);
    CHECK(stat->group == 8);
    CHECK(world.files_in_blobs() == chat.blobs.size());
    CHECK(world.events.back().type == Event::Type::end);
    CHECK_FALSE(world.events.back().failed);
}

TEST_CASE("what has no source, or a bad one, stays as it is") {
    World world;
    world.spoil();
    const std::string before = world.content();
    SECTION("no registry has it") {
        world.registry.lose_blob(weights);
        const use::Plan plan = world.plan(world.damage());
        CHECK(plan.steps[0].what == Do::nothing);
        CHECK(plan.steps[0].reason == "no registry has it any more");
        CHECK(world.execute(plan).items.at(0).error->kind() == Kind::not_found);
    }
    SECTION("no registry answers") {
        world.registry.fail(FakeRegistry::Call::What::find_blob, Error(Kind::unreachable, "nobody answers"), 0, 99);
        CHECK(world.plan(world.damage()).steps[0].reason == "no registry could be asked for it: nobody answers");
    }
    SECTION("it gives other bytes") {
        world.registry.garble_blob(weights);
        CHECK(world.execute(world.plan(world.damage())).items.at(0).error->kind() == Kind::damaged);
    }
    SECTION("it breaks off") {
        world.registry.disturb_blob(weights, FakeRegistry::Trouble::cut, 3);
        CHECK(world.execute(world.plan(world.damage())).items.at(0).error);
    }
    SECTION("the disk is full, or not ours") {
        world.disk.fail(MemoryDisk::Call::move, store::blob_path(weights), Error(Kind::storage, "no"));
        const use::Plan plan = world.plan(world.damage());
        const std::string path = store::blob_path(weights);
        world.disk.fail(MemoryDisk::Call::stat, path, Error(Kind::storage, "cannot read it"));
        CHECK(world.execute(plan).items.at(0).error->kind() == Kind::storage);
    }
    SECTION("somebody else has been at it meanwhile") {
        const use::Plan plan = world.plan(world.damage());
        world.disk.touch(store::blob_path(weights));
        CHECK(world.execute(plan).items.at(0).error->kind() == Kind::storage);
    }
    SECTION("it is stopped") {
        const use::Plan plan = world.plan(world.damage());
        world.stop.request_stop();
        const use::Report report = world.execute(plan);
        CHECK(report.interrupted);
        CHECK_FALSE(report.items.at(0).done);
    }
    CHECK(world.content() == before);
    CHECK(world.files_in_blobs() == chat.blobs.size());
}

TEST_CASE("a mirror helps where the first place has other bytes") {
    World world;
    world.spoil();
    world.project = R"({"schema": 1, "roles": {"primary": "chat"}, "mirrors": ["https://mirror.lan"]})";
    world.registry.offer("mirror.lan/library/chat", chat);
    const use::Plan plan = world.plan(world.damage());
    CHECK(plan.steps[0].sources.size() == 2);
    world.registry.fail(FakeRegistry::Call::What::read_blob, Error(Kind::unreachable, "nobody answers"));
    CHECK(world.execute(plan).items.at(0).done);
    CHECK(world.content() == "weights");
}

TEST_CASE("a damaged manifest is rebuilt from the exact bytes that are remembered") {
    World world;
    world.disk.put(test::path_of_model("chat"), "{");
    world.disk.remove(store::blob_path(weights));
    const use::Damage damage{{}, {{ModelName::parse("chat"), test::path_of_model("chat")}}};
    state::Pulled entry{Time{},        "http://server",         ModelName::parse("chat"), chat.image().digest,
                        chat.manifest, ModelName::parse("chat")};
    std::string from;
    SECTION("by the lock") {
        world.lock.models.emplace(ModelName::parse("chat"), test::locked(chat, "chat"));
        from = "from codemate.lock";
    }
    SECTION("by the journal") {
        world.pulled = {entry};
        from = "from the journal of pulls";
    }
    SECTION("by nobody") {
        const use::Plan plan = world.plan(damage);
        CHECK(plan.steps.at(0).what == Do::nothing);
        CHECK(world.execute(plan).items.at(0).error);
        CHECK(world.disk.content(test::path_of_model("chat")) == "{");
        return;
    }
    const use::Plan plan = world.plan(damage);
    REQUIRE(plan.steps.size() == 2); // its blobs first
    CHECK(plan.steps[0].what == Do::fetch_blob);
    CHECK(plan.steps[1].what == Do::rebuild_manifest);
    CHECK(plan.steps[1].reason == from);
    const use::Report report = world.execute(plan);
    CHECK(std::ranges::all_of(report.items, &use::Item::done));
    CHECK(world.disk.content(test::path_of_model("chat")) == chat.manifest);
    CHECK(world.disk.stat(test::path_of_model("chat"))->mode == 0644);
    CHECK(world.content() == "weights");
    CHECK(world.files_in_blobs() == chat.blobs.size());
}

TEST_CASE("a manifest that somebody else has brought back is left alone") {
    World world;
    world.disk.put(test::path_of_model("chat"), "{");
    world.lock.models.emplace(ModelName::parse("chat"), test::locked(chat, "chat"));
    const use::Plan plan = world.plan({{}, {{ModelName::parse("chat"), test::path_of_model("chat")}}});
    const std::string other = test::manifest_of("{}", {"others"});
    world.disk.put(test::path_of_model("chat"), other);
    CHECK(world.execute(plan).items.at(0).error);
    CHECK(world.disk.content(test::path_of_model("chat")) == other);
}
