#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "unit/lifecycle/images.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/lifecycle/lock.hpp"

#include <algorithm>

using namespace codemate;
namespace use = lifecycle::lock;
using Do = use::Step::Do;
using test::as_installed;
using test::FakeRegistry;
using test::FakeServer;
using test::image;
using What = FakeRegistry::Call::What;

namespace {

const char* const project = R"({
  "schema": 1,
  "roles": {"chat": "mistral", "coder": "coder:7b-q4_0"},
  "models": {"coder:7b-q4_0": {"from": "coder:7b-instruct-q4_0"}}
})";

const ModelName mistral = ModelName::parse("mistral");
const ModelName coder = ModelName::parse("coder:7b-q4_0");
const FakeRegistry::Model before = image("weights of four bits", "Q4_0");
const FakeRegistry::Model after = image("other weights, of four bits and a half", "Q4_K_M");

struct World {
    test::TempDir directory;
    manifest::LockFile file{directory.path() / "codemate.lock"};
    FakeServer server;
    FakeRegistry registry;
    manifest::Manifest manifest = test::manifest_of(project);

    World() {
        registry.offer("mistral", before);
        registry.offer("coder:7b-instruct-q4_0", image("code", "Q4_0"));
    }

    use::Ports ports() { return {server, registry, file}; }
    use::Plan plan(const use::Options& options = {}) {
        return use::plan(use::gather(options, manifest, file.read(), ports(), {}));
    }
    use::Report lock(const use::Options& options = {}) { return use::execute(plan(options), ports(), {}); }
    use::Report upgrade(std::vector<std::string> targets = {}) { return lock({true, std::move(targets)}); }
    void pin(const ModelName& name, manifest::Locked entry) {
        file.update([&](manifest::Lock& lock) { lock.models.insert_or_assign(name, std::move(entry)); }, {});
    }
    void expect(const ModelName& name, auto change) { change(manifest.models.at(name).expect); }
    Digest pinned(const ModelName& name) const { return file.read().models.at(name).digest; }
};

const use::Step& step(const std::vector<use::Step>& steps, const ModelName& name) {
    const auto found = std::ranges::find(steps, name, &use::Step::name);
    REQUIRE(found != steps.end());
    return *found;
}

} // namespace

TEST_CASE("what is not pinned is pinned at what its tag serves, nothing is downloaded") {
    World world;
    const use::Report report = world.lock();
    CHECK(report.written);
    REQUIRE(report.steps.size() == 2);
    const manifest::Lock lock = world.file.read();
    const manifest::Locked& entry = lock.models.at(coder);
    const Image served = image("code", "Q4_0").image();
    CHECK(entry.digest == served.digest);
    CHECK(entry.source.display() == "coder:7b-instruct-q4_0"); // where its content comes from
    CHECK(entry.size == served.size());
    CHECK(entry.quantization == "Q4_0");
    CHECK(entry.bytes == served.bytes);
    CHECK(world.server.calls().empty());
    CHECK(world.registry.count(What::blob_head) == 0);
}

TEST_CASE("again: nothing is asked and nothing is written") {
    World world;
    world.lock();
    world.registry.forget_calls();
    world.registry.offer("mistral", after); // pins do not move by themselves
    const use::Report report = world.lock();
    CHECK_FALSE(report.written);
    CHECK(world.registry.calls().empty());
    CHECK(world.pinned(mistral) == before.image().digest);
}

TEST_CASE("what is no longer declared is dropped") {
    World world;
    world.pin(ModelName::parse("old"), test::locked(after, "old"));
    const use::Report report = world.lock();
    CHECK(step(report.steps, ModelName::parse("old")).what == Do::drop);
    CHECK(world.file.read().find(ModelName::parse("old")) == nullptr);
}

TEST_CASE("what is remembered of the store's vectors outlives the model that made them") {
    World world;
    world.lock();
    world.manifest.roles.insert_or_assign("embedding", mistral);
    const ModelName old = ModelName::parse("old-embedder");
    manifest::Locked entry = world.file.read().models.at(mistral);
    entry.source = old;
    entry.vectors = "1:2:AA==";
    world.pin(old, entry);
    const use::Report report = world.lock();
    CHECK(step(report.steps, old).what == Do::drop);
    CHECK(step(report.steps, mistral).what == Do::complete);
    CHECK(world.file.read().models.at(mistral).vectors == "1:2:AA==");
    entry.vectors = "1:3:AA==";
    world.pin(old, entry);
    world.lock();
    CHECK(world.file.read().models.at(mistral).vectors == "1:2:AA=="); // its own stay
}

TEST_CASE("an upgrade moves pins, of the targets or of all, and says what differs") {
    World world;
    world.lock();
    world.file.update([](manifest::Lock& lock) { lock.models.at(mistral).vectors = "1:2:AA=="; }, {});
    world.registry.offer("mistral", after);
    world.registry.offer("coder:7b-instruct-q4_0", image("better code", "Q4_0"));
    const std::vector<std::string> targets = GENERATE(std::vector<std::string>{}, std::vector<std::string>{"chat"});
    const use::Report report = world.upgrade(targets);
    const use::Step& moved = step(report.steps, mistral);
    CHECK(moved.what == Do::move);
    CHECK(moved.before->digest == before.image().digest);
    CHECK(moved.reason.find("Q4_0 → Q4_K_M") != std::string::npos);
    REQUIRE(moved.standing);
    CHECK(moved.standing->diff->quantization.after == "Q4_K_M");
    CHECK(world.pinned(mistral) == after.image().digest);
    CHECK(world.file.read().models.at(mistral).quantization == "Q4_K_M");
    CHECK(world.file.read().models.at(mistral).vectors == "1:2:AA=="); // of the store: it was built before
    CHECK((step(report.steps, coder).what == Do::move) == targets.empty());
}

TEST_CASE("an upgrade of what has not moved asks one question") {
    World world;
    world.lock();
    world.registry.forget_calls();
    const use::Report report = world.upgrade({"chat"});
    CHECK(step(report.steps, mistral).what == Do::keep);
    CHECK_FALSE(report.written);
    CHECK(world.registry.calls().size() == 1);
}

TEST_CASE("the same content under another digest is remembered, the pin stays") {
    World world;
    world.lock();
    FakeRegistry::Model again = before;
    again.manifest += "\n"; // published again with a final newline
    world.registry.offer("mistral", again);
    CHECK(step(world.upgrade().steps, mistral).what == Do::complete);
    const manifest::Locked entry = world.file.read().models.at(mistral);
    CHECK(entry.digest == before.image().digest);
    CHECK(entry.same == std::vector{again.image().digest});
    CHECK_FALSE(world.upgrade().written);
}

TEST_CASE("a pin without its manifest gets it as soon as the tag serves it") {
    World world;
    manifest::Locked bare = test::locked(before, "mistral");
    bare.bytes.reset();
    world.pin(mistral, bare);
    const bool upgrading = GENERATE(false, true);
    SECTION("it still does") {
        const use::Report report = world.lock({upgrading, {}});
        CHECK(step(report.steps, mistral).what == Do::complete);
        CHECK(world.file.read().models.at(mistral).bytes == before.manifest);
    }
    SECTION("the tag has moved: without --upgrade that is none of its business") {
        world.registry.offer("mistral", after);
        CHECK(step(world.lock({upgrading, {}}).steps, mistral).what == (upgrading ? Do::move : Do::keep));
    }
    SECTION("the registry is away: no failure where nothing has to move") {
        world.registry.fail_model("mistral", Error(Kind::unreachable, "away"));
        CHECK(step(world.lock({upgrading, {}}).steps, mistral).what == (upgrading ? Do::fail : Do::keep));
        CHECK(world.pinned(mistral) == before.image().digest);
    }
}

TEST_CASE("where no registry has it or can be asked, what is installed stands for it") {
    struct Case {
        Kind kind;
        Do what;
    };
    const Case each =
        GENERATE(Case{Kind::unreachable, Do::add}, Case{Kind::busy, Do::add}, Case{Kind::not_found, Do::add},
                 Case{Kind::unauthorised, Do::fail}, Case{Kind::damaged, Do::fail}, Case{Kind::protocol, Do::fail});
    World world;
    world.server.install("mistral", as_installed(before));
    world.registry.fail_model("mistral", Error(each.kind, "no"));
    const use::Report report = world.lock();
    CHECK(step(report.steps, mistral).what == each.what);
    CHECK(step(report.steps, coder).what == Do::add);
    const manifest::Lock lock = world.file.read();
    CHECK((lock.find(mistral) != nullptr) == (each.what == Do::add));
    if (each.what != Do::add) return;
    CHECK(lock.find(mistral)->digest == before.image().digest);
    CHECK_FALSE(lock.find(mistral)->bytes);
    CHECK(step(report.steps, mistral).reason.starts_with("as it is installed"));
}

TEST_CASE("what is installed never moves a pin, whatever the registry fails with") {
    World world;
    world.lock();
    world.server.install("mistral", as_installed(after));
    world.registry.fail_model("mistral", Error(GENERATE(Kind::unreachable, Kind::busy, Kind::not_found), "no"));
    const use::Report report = world.upgrade();
    CHECK(step(report.steps, mistral).what == Do::fail);
    CHECK_FALSE(report.written);
    CHECK(world.pinned(mistral) == before.image().digest);
}

TEST_CASE("a registry with a manifest and without its configuration is not one without the model") {
    World world;
    const bool upgrading = GENERATE(false, true);
    if (upgrading) world.lock();
    world.server.install("mistral", as_installed(before));
    world.registry.offer("mistral", after);
    world.registry.lose_blob(after.image().config.digest);
    const use::Report report = world.lock({upgrading, {}});
    CHECK(step(report.steps, mistral).what == Do::fail);
    CHECK(step(report.steps, mistral).error->kind() == Kind::damaged);
}

TEST_CASE("a model without bytes is not locked, the others are") {
    World world;
    FakeServer::Model empty;
    empty.digest = Digest::of("empty");
    world.server.install("mistral", empty);
    world.registry.fail_model("mistral", Error(Kind::not_found, "no"));
    const use::Report report = world.lock();
    CHECK(step(report.steps, mistral).what == Do::fail);
    CHECK(step(report.steps, coder).what == Do::add);
    CHECK(report.written);
}

TEST_CASE("nothing installed, no server: the registry's failure is told") {
    World world;
    world.registry.fail_model("mistral", Error(Kind::not_found, "no such tag"));
    if (GENERATE(false, true)) world.server.fail(FakeServer::Call::What::installed, Error(Kind::unreachable, "off"));
    const use::Report report = world.lock();
    const use::Step& failed = step(report.steps, mistral);
    CHECK(failed.what == Do::fail);
    REQUIRE(failed.error);
    CHECK(failed.error->kind() == Kind::not_found);
    CHECK(failed.error->message() == "cannot lock 'mistral:latest': no such tag");
    CHECK(report.written); // the other one
}

TEST_CASE("what breaks an expectation is not locked") {
    World world;
    const bool upgrading = GENERATE(false, true);
    if (upgrading) world.lock();
    world.registry.offer("mistral", after);
    world.expect(mistral, [](manifest::Expect& expect) { expect.quantization = "Q4_0"; });
    const use::Report report = world.lock({upgrading, {}});
    const use::Step& failed = step(report.steps, mistral);
    CHECK(failed.what == Do::fail);
    CHECK(failed.error->kind() == Kind::check);
    CHECK(failed.reason == "it is Q4_K_M, expected Q4_0");
    const manifest::Lock lock = world.file.read();
    if (upgrading) CHECK(lock.find(mistral)->digest == before.image().digest);
    if (!upgrading) CHECK(lock.find(mistral) == nullptr);
}

TEST_CASE("a licence is compared by its digest") {
    World world;
    world.expect(mistral, [](manifest::Expect& expect) { expect.license = Digest::of("Apache 2.0").text(); });
    CHECK(step(world.lock().steps, mistral).what == Do::add);
    world.registry.offer("mistral", image("weights of four bits", "Q4_0", "ask first"));
    CHECK(step(world.upgrade().steps, mistral).what == Do::fail);
}

TEST_CASE("what another process has changed meanwhile is left") {
    World world;
    const use::Plan plan = world.plan();
    world.pin(mistral, test::locked(after, "mistral"));
    const use::Report report = use::execute(plan, world.ports(), {});
    CHECK(step(report.steps, mistral).what == Do::keep);
    CHECK(world.pinned(mistral) == after.image().digest);
    CHECK(world.pinned(coder) == image("code", "Q4_0").image().digest);
}

TEST_CASE("a lock that spells a model otherwise keeps one entry") {
    World world;
    world.pin(ModelName::parse("Mistral"), test::locked(before, "mistral"));
    world.registry.offer("mistral", after);
    world.upgrade();
    CHECK(world.file.read().models.size() == 2);
    CHECK(world.file.read().find(mistral)->digest == after.image().digest);
}

TEST_CASE("targets that are not declared have no pin") {
    World world;
    CHECK_THROWS_AS(world.upgrade({"llama3"}), Error);
    try {
        world.upgrade({"mistrl"});
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::usage);
        CHECK(error.hint() == "did you mean 'mistral'?");
    }
    CHECK_FALSE(world.file.exists());
}

TEST_CASE("the manifest of what no registry has is taken from a models directory that can be read") {
    World world;
    world.registry.withdraw("mistral");
    FakeRegistry::Model of_here = before;
    of_here.manifest += '\n';
    const Image made = of_here.image();
    world.server.install("mistral", as_installed(of_here));
    std::vector<Digest> asked;
    use::Ports ports = world.ports();
    ports.stored = [&](const Digest& digest) {
        asked.push_back(digest);
        return std::optional(made);
    };
    const auto lock = [&] {
        return use::execute(use::plan(use::gather({}, world.manifest, world.file.read(), ports, {})), ports, {});
    };
    const bool pinned_before = GENERATE(true, false);
    if (pinned_before) world.pin(mistral, {made.digest, mistral, made.size(), "Q4_0", {}, {}, {}});
    const use::Report report = lock();
    CHECK(step(report.steps, mistral).what == (pinned_before ? Do::complete : Do::add));
    CHECK(asked == std::vector{made.digest});
    const manifest::Locked entry = world.file.read().models.at(mistral);
    CHECK(entry.digest == made.digest);
    CHECK(entry.bytes == made.bytes);
    CHECK(entry.size == made.size());
    CHECK(step(lock().steps, mistral).what == Do::keep);
    CHECK(asked.size() == 1); // it is known now
}
