#include "support/catch.hpp"
#include "support/fake_registry.hpp"
#include "support/fake_server.hpp"
#include "support/hand_clock.hpp"
#include "support/memory_disk.hpp"
#include "unit/lifecycle/images.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/lifecycle/show.hpp"
#include "codemate/store/layout.hpp"
#include "codemate/store/scan.hpp"

#include <algorithm>

using namespace codemate;
namespace use = lifecycle::show;
using rules::Drift;
using test::FakeRegistry;
using test::FakeServer;
using test::MemoryDisk;

namespace {

const FakeRegistry::Model image = test::image("weights of chat", "Q4_0");
const FakeRegistry::Model moved = test::image("other weights", "Q4_K_M");

struct World {
    FakeServer server;
    FakeRegistry registry;
    test::HandClock clock;
    manifest::Lock lock;
    MemoryDisk disk;
    bool disk_is_readable = false;
    std::vector<state::RequiredSet> elsewhere;
    std::string project = R"({"schema": 1, "roles": {"primary": "chat"}, "groups": {"more": ["a", "b"]},
        "models": {"chat": {"expect": {"context": 8192}}}, "protected": ["chat", "mistral"]})";

    World() { registry.offer("chat", image); }

    void install(const std::string& name, const FakeRegistry::Model& model) {
        FakeServer::Model installed = test::as_installed(model);
        installed.context_length = 32768;
        installed.embedding_length = 3584;
        installed.attention = {.blocks = 28, .heads = 28, .kv_heads = 4};
        server.install(name, installed);
        disk.put(store::manifest_path(ModelName::parse(name)), model.manifest);
        for (const Layer& blob : model.image().blobs()) {
            if (!disk.has(store::blob_path(blob.digest)))
                disk.put(store::blob_path(blob.digest), std::string(blob.size.count(), 'x'));
        }
    }
    use::Facts gather(const use::Options& options) {
        std::optional<store::Inventory> inventory;
        if (disk_is_readable) inventory = store::take_inventory(store::scan(disk, {}));
        return use::gather(options, test::manifest_of(project), lock, std::move(inventory),
                           {server, registry, clock, [&] { return elsewhere; }}, {});
    }
    use::Report look(const use::Options& options) { return use::examine(gather(options), options); }
    Error failure(const std::string& target) {
        try {
            look({target});
        } catch (const Error& error) {
            return error;
        }
        throw std::logic_error("nothing was thrown");
    }
};

std::vector<std::string> whys(const use::Report& report) {
    std::vector<std::string> words;
    for (const rules::KeepReason& reason : report.kept_by)
        words.emplace_back(to_string(reason.why));
    return words;
}

constexpr std::uint64_t bytes_per_token = 57'344;

} // namespace

TEST_CASE("what another project requires is kept for it") {
    World world;
    world.install("a", image);
    CHECK(whys(world.look({"a"})) == std::vector<std::string>{"declared"});
    world.elsewhere = {{"http://s", "/other/codemate.json", {ModelName::parse("a")}, world.clock.now()}};
    const use::Report report = world.look({"a"});
    CHECK(whys(report) == std::vector<std::string>{"declared", "elsewhere"});
    CHECK(report.kept_by.back().text.find("/other/codemate.json") != std::string::npos);
}

TEST_CASE("a model by its role, with what server, manifest and registry say") {
    World world;
    world.install("chat", image);
    const use::Report report = world.look({"primary"});
    CHECK(report.name.display() == "chat:latest");
    REQUIRE(report.installed);
    CHECK(report.installed->digest == image.image().digest);
    CHECK(report.roles == std::vector<std::string>{"primary"});
    CHECK(report.is_declared);
    REQUIRE(report.protected_by.size() == 1);
    CHECK(report.protected_by[0].text() == "chat");
    CHECK(report.drift == Drift::unpinned);
    CHECK(report.standing.state == upstream::State::current);
    CHECK(report.contexts.declared == 8192);
    CHECK(report.contexts.supported == 32768);
    CHECK_FALSE(report.contexts.served);
    CHECK(report.running_is_known);
    CHECK_FALSE(report.running);
    CHECK(whys(report) == std::vector<std::string>{"role", "protected"});
    CHECK_FALSE(report.on_disk);
}

TEST_CASE("its name is spelled as the server has it") {
    World world;
    world.install("Mistral:7B", image);
    const use::Report report = world.look({"mistral:7b"});
    CHECK(report.name.display() == "Mistral:7B");
    CHECK(report.installed);
    CHECK_FALSE(report.is_declared);
    CHECK(whys(report) == std::vector<std::string>{"protected"});
}

TEST_CASE("layers, from the first of directory, lock and registry that knows them") {
    World world;
    world.install("chat", image);
    const auto digests = [](const use::Report& report) {
        std::vector<Digest> all;
        for (const use::LayerRow& row : report.layers.value())
            all.push_back(row.layer.digest);
        return all;
    };
    std::vector<Digest> expected;
    for (const Layer& layer : image.image().layers)
        expected.push_back(layer.digest);
    expected.push_back(image.image().config.digest);
    const auto by_image = [](const FakeRegistry::Call& call) { return call.what != FakeRegistry::Call::What::digest; };

    SECTION("the registry") {
        const use::Report report = world.look({"chat"});
        CHECK(digests(report) == expected);
        CHECK_FALSE(report.layers->front().shared_with);
        CHECK(std::ranges::any_of(world.registry.calls(), by_image));
    }
    SECTION("the lock: one look-up") {
        world.lock.models.emplace(ModelName::parse("chat"), test::locked(image, "chat"));
        const use::Report report = world.look({"chat"});
        CHECK(digests(report) == expected);
        CHECK(report.drift == Drift::none);
        CHECK(report.locked == image.image().digest);
        CHECK(std::ranges::none_of(world.registry.calls(), by_image));
        CHECK(world.registry.calls().size() == 1);
    }
    SECTION("the directory, and who shares them") {
        world.disk_is_readable = true;
        world.install("copy", image);
        world.install("tuned", test::image("weights of chat", "Q4_0", "another licence"));
        const use::Report report = world.look({"chat"});
        CHECK(digests(report) == expected);
        CHECK(std::ranges::none_of(world.registry.calls(), by_image));
        const use::LayerRow& weights = report.layers->at(0);
        CHECK(weights.layer.role == LayerRole::weights);
        CHECK(weights.shared_with == std::vector{ModelName::parse("copy"), ModelName::parse("tuned")});
        const use::LayerRow& license = report.layers->at(2);
        CHECK(license.shared_with == std::vector{ModelName::parse("copy")});
        REQUIRE(report.on_disk);
        CHECK(report.on_disk->alone == ByteCount());
        CHECK(report.on_disk->shared == ByteCount(4 * 4096));
    }
    SECTION("a directory that is another server's") {
        world.disk_is_readable = true;
        world.disk.put(store::manifest_path(ModelName::parse("chat")), moved.manifest);
        const use::Report report = world.look({"chat"});
        CHECK_FALSE(report.on_disk);
        CHECK(digests(report) == expected);
    }
    SECTION("nobody") {
        world.registry.fail_model("chat", Error(Kind::unreachable, "no route"));
        const use::Report report = world.look({"chat"});
        CHECK_FALSE(report.layers);
        CHECK(report.standing.state == upstream::State::failed);
        CHECK(world.registry.calls().size() == 1);
    }
}

TEST_CASE("a blob that is not there is told of") {
    World world;
    world.disk_is_readable = true;
    world.install("chat", image);
    const Digest weights = image.image().layers.front().digest;
    world.disk.remove(store::blob_path(weights));
    const use::Report report = world.look({"chat"});
    CHECK(report.layers->at(0).flaw == store::Flaw::What::missing);
    CHECK_FALSE(report.layers->at(1).flaw);
}

TEST_CASE("drift, and a tag that has moved") {
    World world;
    world.install("chat", image);
    world.lock.models.emplace(ModelName::parse("chat"), test::locked(moved, "chat"));
    world.registry.offer("chat", moved);
    const use::Report drifted = world.look({"chat"});
    CHECK(drifted.drift == Drift::moved);
    CHECK(drifted.locked == moved.image().digest);
    world.lock.models.clear();
    const use::Report outdated = world.look({"chat"});
    CHECK(outdated.standing.state == upstream::State::outdated);
    CHECK(outdated.standing.to_fetch > ByteCount());
}

TEST_CASE("memory, for the context that is asked for, declared, served or usual") {
    World world;
    world.install("chat", image);
    world.install("other", image);
    world.registry.offer("other", image);
    const auto estimated = [&](const use::Options& options) {
        const use::Report report = world.look(options);
        REQUIRE(report.memory);
        CHECK(report.memory->cache == ByteCount(report.memory->context * bytes_per_token));
        CHECK(report.memory->weights == image.image().layers.front().size);
        return report.memory->context;
    };
    CHECK(estimated({"chat", 16384}) == 16384);
    CHECK(estimated({"chat"}) == 8192);
    CHECK(estimated({"other"}) == 4096);
    world.server.load("other", 2048);
    CHECK(estimated({"other"}) == 2048);
    CHECK(estimated({"chat"}) == 8192); // which is served by the same runner, but declared with another one
}

TEST_CASE("what is loaded, under which name") {
    World world;
    world.install("chat", image);
    world.install("copy", image);
    world.server.load("copy", 2048, ByteCount(10));
    const use::Report report = world.look({"chat"});
    REQUIRE(report.running);
    CHECK(report.running->name.display() == "copy:latest");
    CHECK(report.contexts.served == 2048);
    CHECK(whys(report) == std::vector<std::string>{"role", "protected", "loaded"});
    world.server.fail(FakeServer::Call::What::running, Error(Kind::unreachable, "it loads"));
    const use::Report unknown = world.look({"chat"});
    CHECK_FALSE(unknown.running_is_known);
    CHECK_FALSE(unknown.running);
}

TEST_CASE("what is declared or locked and not installed is shown, too") {
    World world;
    const use::Report declared = world.look({"chat"});
    CHECK_FALSE(declared.installed);
    CHECK(declared.drift == Drift::absent);
    CHECK(declared.standing.state == upstream::State::absent);
    CHECK_FALSE(declared.layers);
    CHECK(declared.kept_by.empty());
    CHECK_FALSE(declared.memory);
    world.lock.models.emplace(ModelName::parse("optional"), test::locked(image, "chat"));
    const use::Report locked = world.look({"optional"});
    CHECK(locked.standing.state == upstream::State::current);
    CHECK(locked.layers.has_value()); // of what is locked
}

TEST_CASE("targets that mean no model, several, or one that nobody knows") {
    World world;
    world.install("qwen:7b", image);
    CHECK(world.failure("more").kind() == Kind::usage);
    CHECK(world.failure("more").message() == "'more' is a group of 2 models");
    CHECK(world.failure("more").hint() == "name one of them: a or b");
    CHECK(world.failure("all").kind() == Kind::usage);
    CHECK(world.failure("a b").kind() == Kind::usage);
    const Error near = world.failure("qwem:7b");
    CHECK(near.kind() == Kind::not_found);
    CHECK(near.hint() == "did you mean 'qwen:7b'?");
    CHECK(world.failure("primry").hint() == "did you mean 'primary'?");
    CHECK(world.failure("something-else").hint() == "`codemate list` shows what is installed");
}

TEST_CASE("a model that the server cannot show, and a server that has gone") {
    World world;
    world.install("chat", image);
    world.server.fail(FakeServer::Call::What::show, Error(Kind::failed, "invalid file magic"));
    const use::Report report = world.look({"chat"});
    REQUIRE(report.unreadable);
    CHECK(report.unreadable->message() == "invalid file magic");
    CHECK_FALSE(report.memory);
    world.server.fail(FakeServer::Call::What::show, Error(Kind::unreachable, "gone"));
    CHECK(world.failure("chat").kind() == Kind::unreachable);
}
