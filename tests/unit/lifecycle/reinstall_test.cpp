#include "support/catch.hpp"
#include "support/hand_clock.hpp"
#include "support/temp_dir.hpp"
#include "unit/lifecycle/images.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/lifecycle/reinstall.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>
#include <functional>

using namespace codemate;
namespace use = lifecycle::reinstall;
using test::FakeRegistry;
using test::FakeServer;
using Do = use::Step::Do;

namespace {

using Words = std::vector<std::string>;

// "chat" and "twin" share a licence, "other" shares nothing.
const FakeRegistry::Model chat = test::image("weights", "Q4_0");
const FakeRegistry::Model twin = test::image("more weights", "Q8_0", "Apache 2.0", "{{ .Prompt }}?");
const FakeRegistry::Model other = test::image("a third one", "F16", "MIT", "{{ .Prompt }}.");
const Digest weights = Digest::of("weights");

struct World {
    test::TempDir directory;
    state::Changes changes{directory.path() / "changes"};
    bool remembers = true;
    FakeServer server;
    FakeRegistry registry;
    test::HandClock clock;
    manifest::Lock lock;
    std::vector<state::Pulled> pulled;
    std::vector<state::Change> unfinished;
    std::stop_source stop;
    std::vector<std::string> notes;
    Words brought;
    std::function<void(const use::Delivery&)> before_bring = [](const use::Delivery&) {};

    World() {
        add("chat", chat);
        add("twin", twin);
        add("other", other);
    }
    void add(const char* name, const FakeRegistry::Model& model) {
        registry.offer(name, model);
        server.offer(name, test::as_installed(model));
        server.install(name, test::as_installed(model));
        lock.models.emplace(ModelName::parse(name), test::locked(model, name));
    }

    use::Ports ports() {
        const auto bring = [this](const use::Delivery& delivery, const Run& run) {
            before_bring(delivery);
            server.pull(
                delivery.name, ollama::Transport::https, [](const auto&) { return ollama::Flow::go_on; }, run.stop);
            brought.push_back(delivery.name.display_short());
        };
        return {server, registry, clock, remembers ? &changes : nullptr, "http://127.0.0.1:11434", bring};
    }
    Run run() {
        return {stop.get_token(), [this](const Event& event) { notes.push_back(event.item + ": " + event.text); }};
    }
    use::Plan plan(const Words& suspects = {"chat"}) {
        std::vector<use::Suspect> all;
        for (const std::string& name : suspects)
            all.push_back({ModelName::parse(name), "cannot be read"});
        const manifest::Manifest manifest = test::manifest_of(R"({"schema": 1, "roles": {"primary": "chat"}})");
        return use::plan(use::gather(all, {manifest, lock, pulled, unfinished}, ports(), run()));
    }
    use::Report execute(const use::Plan& plan) { return use::execute(plan, ports(), run()); }

    std::optional<Digest> digest_of(const char* name) {
        const auto installed = server.installed({});
        const ollama::Installed* found = rules::find(installed, ModelName::parse(name));
        return found == nullptr ? std::nullopt : found->digest;
    }
    std::size_t removals() const {
        const auto all = server.calls();
        return static_cast<std::size_t>(
            std::ranges::count(all, FakeServer::Call::What::remove, &FakeServer::Call::what));
    }
};

// "reinstall chat", "refuse twin" …
Words words_of(const use::Plan& plan) {
    Words words;
    for (const use::Step& step : plan.steps)
        words.push_back(std::string(to_string(step.what)) + " " + step.delivery.name.display_short());
    return words;
}

} // namespace

TEST_CASE("a damaged model goes with all that share a layer, and all come back") {
    World world;
    world.server.spoil_blob(weights);
    const use::Plan plan = world.plan();
    CHECK(words_of(plan) == Words{"reinstall chat", "reinstall twin"});
    CHECK(plan.irreversible());
    CHECK_FALSE(plan.refusal());
    CHECK(world.removals() == 0); // a plan only reads
    const ByteCount once =
        chat.image().distinct_size() + twin.image().distinct_size() - ByteCount(std::string("Apache 2.0").size());
    CHECK(plan.to_fetch() == once);
    const use::Report report = world.execute(plan);
    for (const use::Item& item : report.items) {
        CHECK(item.removed);
        CHECK(item.done);
        CHECK_FALSE(item.error);
    }
    CHECK(report.gone().empty());
    CHECK(world.brought == Words{"chat", "twin"});
    CHECK(world.digest_of("chat") == chat.image().digest);
    CHECK_NOTHROW(world.server.show(ModelName::parse("chat"), {}));
    CHECK(world.changes.left_behind().empty());
    CHECK(world.digest_of("other") == other.image().digest);
}

TEST_CASE("what cannot be proven to be had is refused, and nothing is touched") {
    World world;
    world.server.spoil_blob(weights);
    std::string expected;
    SECTION("a layer of its own has gone") {
        world.registry.lose_blob(weights);
        expected = "chat:latest could not be brought back: its weights";
    }
    SECTION("a layer of one that shares has gone") {
        world.registry.lose_blob(Digest::of("more weights"));
        expected = "twin:latest could not be brought back: its weights";
    }
    SECTION("a registry that does not answer is no proof") {
        world.registry.fail_model("twin", Error(Kind::unreachable, "nobody answers"));
        expected = "may be where nobody answered: nobody answers";
    }
    SECTION("nobody has the manifest of another one, which may share any layer") {
        FakeServer::Model made;
        made.digest = Digest::of("made here");
        world.server.install("mine", made);
        expected = "nobody has the manifest of mine:latest (" + made.digest.id() + ")";
    }
    SECTION("its own manifest is nobody's") {
        world.lock.models.clear();
        world.registry.withdraw("chat");
        expected = "nobody has the manifest of chat:latest";
    }
    SECTION("one that shares is loaded") {
        world.server.load("twin", 4096);
        expected = "twin:latest is loaded, and what is in use is not removed";
    }
    SECTION("the server does not say what is loaded") {
        world.server.fail(FakeServer::Call::What::running, Error(Kind::unreachable, "busy"));
        expected = "the server does not say whether chat:latest is in use";
    }
    SECTION("what is removed cannot be written down") {
        world.remembers = false;
        expected = "there is no state directory";
    }
    const use::Plan plan = world.plan();
    CHECK(words_of(plan) == Words{"refuse chat"});
    REQUIRE(plan.refusal());
    CHECK(plan.refusal()->kind() == Kind::refused);
    CAPTURE(plan.refusal()->message());
    CHECK(plan.refusal()->message().find(expected) != std::string::npos);
    CHECK_FALSE(plan.irreversible());
    world.execute(plan);
    CHECK(world.removals() == 0);
    CHECK(world.digest_of("chat") == chat.image().digest);
}

TEST_CASE("the image of what is not locked comes from the journal or from a registry by its digest, also for a copy") {
    World world;
    world.server.spoil_blob(weights);
    world.lock.models.erase(ModelName::parse("twin"));
    world.server.install("copy", test::as_installed(twin)); // no registry has it under that name
    if (GENERATE(true, false)) {
        world.registry.withdraw("twin");
        world.pulled.push_back(
            {{}, "", ModelName::parse("twin"), twin.image().digest, twin.manifest, ModelName::parse("twin")});
    }
    CHECK(words_of(world.plan()) == Words{"reinstall chat", "reinstall copy", "reinstall twin"});
}

TEST_CASE("a layer that is missing is fetched, and nothing is removed") {
    World world;
    world.server.lose_blob(weights);
    world.registry.fail_model("twin", Error(Kind::unreachable, "nobody answers")); // is no matter
    world.server.load("twin", 4096);
    const use::Plan plan = world.plan();
    CHECK(words_of(plan) == Words{"complete chat"});
    CHECK_FALSE(plan.irreversible());
    CHECK(plan.to_fetch() == ByteCount(7));
    const use::Report report = world.execute(plan);
    CHECK(report.items.front().done);
    CHECK(world.removals() == 0);
    CHECK_NOTHROW(world.server.show(ModelName::parse("chat"), {}));
}

TEST_CASE("what has changed since the plan is not removed") {
    World world;
    world.server.spoil_blob(weights);
    const use::Plan plan = world.plan();
    SECTION("a model has come") {
        world.server.install("new", test::as_installed(other));
    }
    SECTION("one is another now") {
        world.server.install("twin", test::as_installed(other));
    }
    SECTION("one has gone") {
        world.server.remove(ModelName::parse("twin"), {});
    }
    SECTION("one is in use") {
        world.server.load("chat", 4096);
    }
    const std::size_t before = world.removals();
    const use::Report report = world.execute(plan);
    CHECK(world.removals() == before);
    for (const use::Item& item : report.items) {
        REQUIRE(item.error);
        CHECK(item.error->message().find("is as it was") != std::string::npos);
    }
    CHECK(report.gone().empty());
    CHECK(world.changes.left_behind().empty());
}

TEST_CASE("where bringing back fails the others come back, and what is gone is written down") {
    World world;
    world.server.spoil_blob(weights);
    const use::Plan plan = world.plan();
    world.before_bring = [](const use::Delivery& delivery) {
        if (delivery.name.model() == "chat") throw Error(Kind::unreachable, "the line was cut");
    };
    const use::Report report = world.execute(plan);
    CHECK(report.gone() == std::vector{ModelName::parse("chat")});
    CHECK(world.brought == Words{"twin"});
    {
        const auto left = world.changes.left_behind();
        REQUIRE(left.size() == 1);
        REQUIRE(left.front().change().restoring);
        CHECK(left.front().change().restoring->manifest == chat.manifest);
        world.unfinished.push_back(left.front().change());
    }
    // The next run needs neither lock nor journal.
    world.lock.models.clear();
    world.before_bring = [](const use::Delivery&) {};
    const use::Plan again = world.plan({});
    CHECK(words_of(again) == Words{"bring_back chat"});
    CHECK_FALSE(again.irreversible());
    CHECK(world.execute(again).gone().empty());
    CHECK(world.digest_of("chat") == chat.image().digest);
}

TEST_CASE("a stop between two deeds leaves what the next run finishes") {
    World world;
    world.server.spoil_blob(weights);
    const use::Plan plan = world.plan();
    world.before_bring = [&](const use::Delivery&) { world.stop.request_stop(); };
    const use::Report report = world.execute(plan);
    CHECK(report.interrupted);
    CHECK(report.gone().size() == 2);
    CHECK(world.changes.left_behind().size() == 2);
}

TEST_CASE("what came back meanwhile is not brought again, and not written over") {
    World world;
    state::Change change{"http://127.0.0.1:11434", ModelName::parse("chat"), chat.image().digest};
    change.restoring = state::Change::Restoring{chat.manifest, {ModelName::parse("chat")}};
    world.unfinished.push_back(change);
    CHECK(world.plan({}).steps.empty());
}

TEST_CASE("a removal that the server refuses leaves the rest, and what went comes back") {
    World world;
    world.server.spoil_blob(weights);
    const use::Plan plan = world.plan();
    world.server.fail(FakeServer::Call::What::remove, Error(Kind::failed, "the server failed (500): disk"), 1);
    const use::Report report = world.execute(plan);
    CHECK(report.gone().empty());
    CHECK(world.brought == Words{"chat"});
    CHECK(world.digest_of("twin") == twin.image().digest);
    CHECK(world.changes.left_behind().empty());
}

TEST_CASE("a file that stays because of a model that is not listed is told, and the failure, too") {
    World world;
    world.server.spoil_blob(weights);
    world.server.install("hidden", test::as_installed(chat));
    use::Plan plan = world.plan();
    std::erase_if(plan.steps, [](const use::Step& step) { return step.delivery.name.model() == "hidden"; });
    const use::Report report = world.execute(plan);
    CHECK(std::ranges::any_of(
        world.notes, [](const std::string& note) { return note.find("is still on the server") != std::string::npos; }));
    REQUIRE(report.items.front().error);
    CHECK(report.items.front().back);
    CHECK(report.gone().empty());
}
