#include "support/catch.hpp"
#include "unit/lifecycle/deadly.hpp"
#include "unit/lifecycle/update_world.hpp"

#include "codemate/base/text.hpp"
#include "codemate/ollama/vectors.hpp"

using namespace codemate;
using namespace std::chrono_literals;
namespace use = lifecycle::update;
using Do = use::Step::Do;
using test::after;
using test::before;
using test::FakeServer;
using test::mistral;
using test::new_digest;
using test::old_digest;
using test::UpdateWorld;
using use::Check;
using use::Outcome;

namespace {

// The old model answers under its name, the lock pins it, and nothing is left that nothing will remove.
void check_old_state(UpdateWorld& world) {
    CHECK(world.digest_of(mistral) == old_digest);
    CHECK(world.locked_digest() == old_digest);
    CHECK(world.verified());
    CHECK(world.snapshots().empty());
    CHECK(world.candidates().empty());
    CHECK(world.helpers().empty());
    // Of the pull to the candidate what was fetched may be left, to go on with.
    for (const auto& held : world.changes.left_behind())
        CHECK_FALSE(held.change().replacing);
}

Check failed(Check::What what, std::string of = {}) {
    return {what, std::move(of), false, false, "no good"};
}

} // namespace

TEST_CASE("update: the new content proves itself under another name, then name, lock and snapshot follow") {
    UpdateWorld world;
    const auto plan = world.update_plan(world.server);
    REQUIRE(plan.steps.size() == 1);
    CHECK(plan.steps.front().what == Do::replace);
    CHECK(plan.steps.front().standing->diff->quantization.after == "Q4_K_M");
    CHECK(plan.to_fetch() > ByteCount());
    std::vector<ModelName> asked; // names that answered
    const auto item = world.update();
    for (const ollama::Prompt& prompt : world.server.prompts())
        asked.push_back(prompt.model);
    CHECK(item.outcome == Outcome::updated);
    CHECK(item.digest == new_digest);
    CHECK(world.digest_of(mistral) == new_digest);
    CHECK(world.locked_digest() == new_digest);
    CHECK(world.file.read().models.at(mistral).bytes == after.manifest);
    CHECK(world.file.read().models.at(mistral).quantization == "Q4_K_M");
    CHECK(world.verified());
    CHECK(world.candidates().empty());
    REQUIRE(item.kept_as);
    CHECK(world.snapshots() == std::vector{*item.kept_as});
    CHECK(world.digest_of(*item.kept_as) == old_digest);
    CHECK(world.changes.left_behind().empty());
    CHECK(std::ranges::all_of(asked, &rules::is_candidate_name));
    CHECK(world.server.prompts().front().text == "Write a Python hello world function");
    SECTION("once more there is nothing to do") {
        CHECK(world.update().outcome == Outcome::unchanged);
        CHECK(world.snapshots().size() == 1);
    }
    SECTION("the next success drops the snapshot before") {
        world.clock.advance(2s);
        world.serve("mistral", test::code);
        CHECK(world.update().outcome == Outcome::updated);
        REQUIRE(world.snapshots().size() == 1);
        CHECK(world.digest_of(world.snapshots().front()) == new_digest);
        CHECK(world.server.orphans().empty());
    }
}

TEST_CASE("update: --no-snapshot keeps nothing of the old content") {
    UpdateWorld world;
    world.options.snapshot = false;
    const auto item = world.update();
    CHECK(item.outcome == Outcome::updated);
    CHECK_FALSE(item.kept_as);
    CHECK(world.snapshots().empty());
    CHECK(world.server.orphans().empty());
}

TEST_CASE("update: whatever fails, the old model answers under its name") {
    UpdateWorld world;
    Kind kind = Kind::check;
    SECTION("the pull") {
        world.registry.lose_blob(after.image().layers.front().digest);
        kind = Kind::not_found;
    }
    SECTION("the pull, in the middle") {
        world.relays.fail_carrying(Error(Kind::unreachable, "cut"));
        world.relays.lose_redirects();
        kind = Kind::unreachable;
    }
    SECTION("what the server has of it is something else") { // the copy from the relay's name to the candidate's
        world.server.fail(FakeServer::Call::What::copy, Error(Kind::storage, "no space left on device"));
        kind = Kind::storage;
    }
    SECTION("it cannot be shown") {
        world.server.fail(FakeServer::Call::What::show, Error(Kind::failed, "invalid file magic"),
                          1); // one shows the old
    }
    SECTION("the manifest expects something else of it") {
        world.manifest.models.at(mistral).expect.quantization = "Q4_0";
    }
    SECTION("it answers with an error") {
        world.server.answer_next({.error = Error(Kind::storage, "model requires more system memory")});
    }
    SECTION("it says nothing") {
        world.server.answer_next({.tokens = 0});
    }
    SECTION("it says something else") {
        world.options.expect = "def +hello";
    }
    SECTION("a test of the project's own fails") {
        world.more = {failed(Check::What::project, "pytest")};
    }
    SECTION("it is slower") {
        world.more = {failed(Check::What::speed)};
    }
    SECTION("its files are damaged") {
        world.more = {failed(Check::What::content)};
    }
    SECTION("the disk is full when the old content is to be kept") {
        world.server.fail(FakeServer::Call::What::copy, Error(Kind::storage, "no space left on device"), 1);
        kind = Kind::storage;
    }
    SECTION("the disk is full when the new content is put in its place") {
        const int copies = GENERATE(2, 3);
        world.server.fail(FakeServer::Call::What::copy, Error(Kind::storage, "no space left on device"), copies);
        kind = Kind::storage;
    }
    SECTION("somebody else has changed the lock meanwhile") {
        world.more = {};
        world.also = [&, done = false](const Event& event) mutable {
            if (done || event.text != "taking its place") return;
            done = true;
            world.file.update(
                [](manifest::Lock& lock) {
                    lock.models.at(mistral).digest = test::code.image().digest;
                    lock.models.at(mistral).bytes.reset();
                },
                {});
        };
        const auto item = world.update();
        CHECK(item.outcome == Outcome::failed);
        CHECK(world.digest_of(mistral) == old_digest);
        world.pin_mistral();
        return check_old_state(world);
    }
    const auto item = world.update();
    CHECK(item.outcome == Outcome::failed);
    REQUIRE(item.error);
    INFO(item.error->message());
    CHECK(item.error->kind() == kind);
    world.manifest.models.at(mistral).expect.quantization.reset();
    check_old_state(world);
}

TEST_CASE("update: a stop at any event leaves the old state, or the new one") {
    const int stop_at = GENERATE(range(0, 14));
    UpdateWorld world;
    int seen = 0;
    world.also = [&](const Event&) {
        if (seen++ == stop_at) world.stop.request_stop();
    };
    const auto report = world.update(world.server);
    const auto& item = report.items.front();
    CAPTURE(stop_at, to_string(item.outcome));
    world.also = [](const Event&) {};
    if (item.outcome == Outcome::updated) {
        CHECK(world.locked_digest() == new_digest);
        CHECK(world.digest_of(mistral) == new_digest);
        CHECK(world.verified());
        return;
    }
    CHECK(item.outcome == Outcome::interrupted);
    check_old_state(world);
}

TEST_CASE("update: an embedding model whose vectors have changed stays, unless they are accepted") {
    UpdateWorld world;
    world.embeds();
    const auto vectors = [&](const test::FakeRegistry::Model& model) {
        FakeServer server;
        server.install("x", test::as_installed(model));
        return rules::remember(ollama::vectors_of(server, ModelName::parse("x"), rules::sentences(), {}, {}));
    };
    SECTION("as the lock remembers them") {
        world.file.update([&](manifest::Lock& lock) { lock.models.at(mistral).vectors = vectors(before); }, {});
    }
    SECTION("as the old content gives them, where nothing is remembered") {}
    const auto item = world.update();
    CHECK(item.outcome == Outcome::failed);
    CHECK(item.error->message().find("vectors") != std::string::npos);
    CHECK(item.error->kind() == Kind::check);
    check_old_state(world);
    world.options.accept_new_vectors = true;
    CHECK(world.update().outcome == Outcome::updated);
    CHECK(world.file.read().models.at(mistral).vectors == vectors(after));
}

TEST_CASE("update: what is done for what there is") {
    UpdateWorld world;
    struct Expected {
        Do what;
        Outcome outcome;
    } expected{Do::nothing, Outcome::unchanged};
    Digest locked = old_digest, installed = old_digest;
    SECTION("the tag serves what is locked and installed") {
        world.serve("mistral", before);
    }
    SECTION("another content than the locked one is installed") {
        world.serve("mistral", before);
        world.install("mistral", after);
        expected = {Do::replace, Outcome::updated};
    }
    SECTION("it is locked and not installed") {
        world.serve("mistral", before);
        world.server.remove(mistral, {});
        expected = {Do::replace, Outcome::updated};
    }
    SECTION("what its tag serves is installed already: the lock alone moves, after the trial") {
        world.install("mistral", after);
        locked = installed = new_digest;
        expected = {Do::adopt, Outcome::locked};
    }
    SECTION("it is declared, and neither locked nor installed") {
        world.server.remove(mistral, {});
        world.file.update([](manifest::Lock& lock) { lock.models.clear(); }, {});
        locked = installed = new_digest;
        expected = {Do::replace, Outcome::updated};
    }
    SECTION("another name has the new content: nothing is fetched") {
        world.install("backup", after);
        locked = installed = new_digest;
        expected = {Do::replace, Outcome::updated};
        CHECK(world.update_plan(world.server).to_fetch() == ByteCount());
    }
    SECTION("no registry has it, and it is installed as locked") {
        world.registry.withdraw("mistral");
        world.server.withdraw("mistral");
    }
    const auto plan = world.update_plan(world.server);
    CHECK(plan.steps.front().what == expected.what);
    const auto item = world.update();
    if (item.error) INFO(item.error->message());
    CHECK(item.outcome == expected.outcome);
    CHECK(world.digest_of(mistral) == installed);
    CHECK(world.locked_digest() == locked);
    CHECK(world.verified());
    CHECK(world.candidates().empty());
}

TEST_CASE("update: what was never installed and fails its trial is not installed afterwards") {
    UpdateWorld world;
    world.server.remove(mistral, {});
    world.more = {failed(Check::What::project, "pytest")};
    CHECK(world.update().outcome == Outcome::failed);
    CHECK_FALSE(world.digest_of(mistral));
    CHECK(world.candidates().empty());
    CHECK(world.locked_digest() == old_digest);
}

TEST_CASE("update: where the server alone gets to the registry, the new content is there for a moment only") {
    UpdateWorld world;
    world.registry.fail_model("mistral", Error(Kind::unreachable, "no way there"));
    SECTION("and takes its place once it has proven itself") {
        const auto plan = world.update_plan(world.server);
        CHECK(plan.steps.front().by_server);
        const auto item = world.update();
        if (item.error) INFO(item.error->message());
        CHECK(item.outcome == Outcome::updated);
        CHECK(world.digest_of(mistral) == new_digest);
        CHECK(world.locked_digest() == new_digest);
        CHECK(world.verified());
        CHECK(world.snapshots().size() == 1);
        CHECK(world.candidates().empty());
    }
    SECTION("a failing trial leaves the old one") {
        world.more = {failed(Check::What::project, "pytest")};
        CHECK(world.update().outcome == Outcome::failed);
        check_old_state(world);
    }
    SECTION("nothing newer") {
        world.server.offer("mistral", test::as_installed(before));
        CHECK(world.update().outcome == Outcome::unchanged);
        check_old_state(world);
    }
    SECTION("nor does the server") {
        world.server.fail_pull("mistral", {.text = "dial tcp: connection refused"});
        CHECK(world.update().outcome == Outcome::failed);
        check_old_state(world);
    }
}

TEST_CASE("update: more than the budget is refused as a whole") {
    UpdateWorld world;
    world.manifest.disk_budget = ByteCount(10);
    CHECK(world.update_plan(world.server).refusal->kind() == Kind::refused);
    world.options.force = true;
    CHECK_FALSE(world.update_plan(world.server).refusal);
}

TEST_CASE("rollback: from the snapshot, and back again") {
    UpdateWorld world;
    REQUIRE(world.update().outcome == Outcome::updated);
    world.clock.advance(2s);
    const auto item = world.back();
    CHECK(item.outcome == Outcome::rolled_back);
    CHECK(world.digest_of(mistral) == old_digest);
    CHECK(world.locked_digest() == old_digest);
    CHECK(world.file.read().models.at(mistral).bytes == before.manifest);
    CHECK(world.verified());
    REQUIRE(world.snapshots().size() == 1);
    CHECK(world.digest_of(world.snapshots().front()) == new_digest);
    world.clock.advance(2s);
    CHECK(world.back().outcome == Outcome::rolled_back);
    CHECK(world.digest_of(mistral) == new_digest);
    CHECK(world.locked_digest() == new_digest);
    CHECK(world.candidates().empty());
    CHECK(world.server.orphans().empty());
}

TEST_CASE("rollback: without a snapshot, through the relay, by what the journal remembers") {
    UpdateWorld world;
    world.options.snapshot = false;
    REQUIRE(world.update().outcome == Outcome::updated);
    REQUIRE(world.snapshots().empty());
    SECTION("by the name alone") {
        CHECK(world.back().outcome == Outcome::rolled_back);
    }
    SECTION("by its digest") {
        CHECK(world.back("mistral@sha256:" + old_digest.id()).outcome == Outcome::rolled_back);
    }
    SECTION("a layer is nowhere any more") {
        world.registry.lose_blob(before.image().layers.front().digest);
        const auto item = world.back();
        CHECK(item.outcome == Outcome::failed);
        CHECK(item.error->kind() == Kind::not_found);
        CHECK(world.digest_of(mistral) == new_digest);
        return;
    }
    CHECK(world.digest_of(mistral) == old_digest);
    CHECK(world.locked_digest() == old_digest);
    CHECK(world.verified());
}

TEST_CASE("rollback: what it refuses") {
    UpdateWorld world;
    CHECK(world.back().error->kind() == Kind::not_found); // nothing was ever replaced
    CHECK(world.back("mistral@sha256:0123456789ab").error->kind() == Kind::not_found);
    CHECK_THROWS_AS(world.back("default@sha256:0123"), Error);
    CHECK(world.back("mistral@sha256:" + old_digest.id()).outcome == Outcome::unchanged);
}
