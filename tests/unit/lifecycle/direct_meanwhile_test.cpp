// What others do to the directory while models come into it.
#include "unit/lifecycle/direct_world.hpp"

using namespace codemate;
using namespace codemate::test::direct;
using test::MemoryDisk;

namespace {

Digest configuration_of(const test::FakeRegistry::Model& model) {
    return model.image().config.digest;
}

Report pull_asking(World& world, std::vector<std::string> targets,
                   const std::function<std::optional<Error>(const Stop&)>& in_use) {
    const Plan planned = world.plan(std::move(targets));
    Ports ports = world.ports();
    ports.in_use = in_use;
    return execute(planned, world.options, ports, world.run());
}

} // namespace

TEST_CASE("a layer that was removed meanwhile is fetched again before the manifest is put there") {
    World world;
    const Report report = pull_asking(world, {"mistral"}, [&](const Stop&) -> std::optional<Error> {
        CHECK_FALSE(world.disk.has(store::manifest_path(mistral)));
        world.disk.remove(store::blob_path(configuration_of(before)));
        return std::nullopt;
    });
    CHECK_FALSE(report.items.front().error);
    CHECK(report.items.front().fetched > report.items.front().step.image->distinct_size());
    world.check_has(mistral, before);
    const bool is_said = std::ranges::any_of(world.events, [](const Event& event) {
        return event.type == Event::Type::note && event.text.starts_with("1 layer of mistral:latest was removed");
    });
    CHECK(is_said);
}

TEST_CASE("a layer that was there before and is removed meanwhile is fetched, too") {
    World world;
    world.pull();
    world.disk.remove(store::manifest_path(mistral));
    const Report report = pull_asking(world, {"mistral"}, [&](const Stop&) -> std::optional<Error> {
        world.disk.remove(store::blob_path(weights_of(before)));
        return std::nullopt;
    });
    CHECK_FALSE(report.items.front().error);
    CHECK(report.items.front().outcome == Outcome::pulled);
    world.check_has(mistral, before);
}

TEST_CASE("where layers go on being removed no manifest is put there, and it is said") {
    World world;
    std::size_t writes = 0;
    world.disk.before_each_write([&](std::string_view path, std::uint64_t) {
        if (path.ends_with(weights_of(before).hex()) && ++writes == 2)
            world.disk.remove(store::blob_path(configuration_of(before)));
    });
    const Report report = pull_asking(world, {"mistral"}, [&](const Stop&) -> std::optional<Error> {
        world.disk.remove(store::blob_path(weights_of(before)));
        return std::nullopt;
    });
    const Item& item = report.items.front();
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::storage);
    CHECK(item.error->message().find("was removed from '/models/blobs' while codemate was at work") !=
          std::string::npos);
    CHECK_FALSE(world.disk.has(store::manifest_path(mistral)));
}

TEST_CASE("blobs of no model that are taken over are made fresh, so that no server removes them for their age") {
    World world;
    world.pull();
    world.disk.remove(store::manifest_path(mistral));
    const std::string weights = store::blob_path(weights_of(before));
    world.disk.set_time(weights, world.disk.now() - std::chrono::hours(5));
    world.pull();
    CHECK(world.disk.stat(weights)->identity.modified > world.disk.now() - std::chrono::hours(1));
    world.check_has(mistral, before);
    world.disk.set_time(weights, world.disk.now() - std::chrono::hours(5));
    world.pull({"mistral"}); // of a model: nobody removes it
    CHECK(world.disk.stat(weights)->identity.modified < world.disk.now() - std::chrono::hours(4));
}

TEST_CASE("whether a server uses the directory is asked once more, before the first manifest") {
    World world;
    std::size_t asked = 0;
    const Report fine = pull_asking(world, {"mistral", "coder:7b-q4_0"}, [&](const Stop&) -> std::optional<Error> {
        ++asked;
        return std::nullopt;
    });
    CHECK(asked == 1);
    CHECK_FALSE(fine.items.back().error);
    pull_asking(world, {"mistral"}, [&](const Stop&) { return Error(Kind::defect, "nothing is put there"); });
}

TEST_CASE("of a directory that a server uses meanwhile, what came stays and no manifest is put there") {
    World world;
    const Report report = pull_asking(world, {"mistral", "coder:7b-q4_0"}, [](const Stop&) {
        return Error(Kind::refused, "the server at http://there uses it");
    });
    REQUIRE(report.items[0].error);
    CHECK(report.items[0].error->kind() == Kind::refused);
    CHECK(report.items[1].outcome == Outcome::not_started);
    CHECK(world.disk.has(store::blob_path(weights_of(before))));
    CHECK(world.inventory().models.empty());
    CHECK_FALSE(world.pull_one({"mistral"}).error);
}

TEST_CASE("a link to a file elsewhere is neither followed nor replaced, and said before anything is done") {
    World world;
    world.disk.put("blobs/on-another-disk", before.blobs.at(weights_of(before)));
    world.disk.put_link(store::blob_path(weights_of(before)), "on-another-disk");
    const Plan plan = world.plan();
    REQUIRE(plan.steps.front().obstacle);
    CHECK(plan.steps.front().obstacle->kind() == Kind::storage);
    CHECK(plan.steps.front().obstacle->message().find("is a link, '/models/blobs/sha256-") != std::string::npos);
    CHECK(world.pull_one().fetched == ByteCount());
    CHECK(world.disk.stat(store::blob_path(weights_of(before)))->type == store::Type::link);
}

TEST_CASE("something else under a blob's name is replaced, and said") {
    World world;
    world.disk.put_link(store::blob_path(weights_of(before)), "elsewhere");
    const Item item = world.pull_one();
    CHECK_FALSE(item.error);
    CHECK(item.damaged == std::vector<Digest>{weights_of(before)});
    world.check_has(mistral, before);
}
