#include "support/catch.hpp"
#include "unit/lifecycle/pull_world.hpp"

#include <algorithm>

// pull --from: one place stands in for every registry, and only what is pinned is installed.

using namespace codemate;
namespace use = lifecycle::pull;
using test::as_installed;
using test::coder;
using test::FakeRegistry;
using test::FakeServer;
using test::mistral;
using test::new_digest;
using test::old_digest;
using Call = FakeServer::Call;
using Do = use::Step::Do;
using test::after;
using test::before;
using test::code;
using use::Outcome;

namespace {

const ModelName coder_source = ModelName::parse("coder:7b-instruct-q4_0");

// The registry is WHERE; what the server reaches by itself serves other contents.
struct World : test::PullWorld {
    World() {
        server.offer("mistral", as_installed(after));
        server.offer("coder:7b-instruct-q4_0", as_installed(after));
    }
    use::Options from(std::vector<std::string> targets = {}, bool is_locked = false) const {
        use::Options options = this->options(std::move(targets), is_locked);
        options.from = use::From{"/media/usb", {}};
        return options;
    }
    // That the server was told to pull, without relays.
    bool pulled_elsewhere() const {
        return std::ranges::any_of(server.calls(), [](const Call& call) {
            return call.what == Call::What::pull && ModelName::parse(call.name).host() == ModelName::default_host;
        });
    }
};

const use::Step& only_step(const use::Plan& plan) {
    REQUIRE(plan.steps.size() == 1);
    return plan.steps.front();
}

} // namespace

TEST_CASE("what the place serves under its tag comes through a relay, and nobody is asked for consent") {
    World world;
    world.pin_mistral();
    const use::Plan plan = world.plan(world.from());
    const use::Step& step = only_step(plan);
    CHECK(plan.from == "/media/usb");
    CHECK(step.what == Do::fetch_locked);
    CHECK(step.reason == "locked; /media/usb has it");
    CHECK_FALSE(plan.wants_consent());
    const use::Item item = world.pull(world.from());
    CHECK(item.outcome == Outcome::pulled);
    CHECK(item.digest == old_digest);
    CHECK(world.digest_of(mistral) == old_digest);
    CHECK_FALSE(world.pulled_elsewhere());
    CHECK(world.helpers().empty());
    CHECK(world.pull(world.from()).outcome == Outcome::unchanged);
    CHECK(world.file.read().models.at(mistral).digest == old_digest);
}

TEST_CASE("what a relay has carried is what was fetched, whatever the server's events tell") {
    World world;
    world.pin_mistral();
    world.registry.want_login(mistral.host()); // nothing is open: all is carried
    world.also = [&](const Event& event) {     // it slows down, as if much had been there
        if (event.type == Event::Type::amount) world.clock.advance(std::chrono::seconds(1));
    };
    const use::Item item = world.pull(world.from());
    CHECK(item.outcome == Outcome::pulled);
    CHECK(item.fetched == world.relays.opened().back().traffic.carried);
    CHECK(item.fetched == before.image().distinct_size());
}

TEST_CASE("content is found under the model's own name first, then under its source's") {
    World world;
    world.pin(coder, code, "coder:7b-instruct-q4_0");
    SECTION("an export has it by its own name") {
        world.registry.withdraw("coder:7b-instruct-q4_0");
        world.registry.offer("coder:7b-q4_0", code);
    }
    SECTION("a mirror of its registry has it by the name that it has there") {}
    const use::Plan plan = world.plan(world.from({"coder:7b-q4_0"}));
    CHECK(only_step(plan).reason == "locked; /media/usb has it");
    CHECK_FALSE(plan.wants_consent());
    CHECK(world.pull(world.from({"coder:7b-q4_0"})).outcome == Outcome::pulled);
    CHECK(world.digest_of(coder) == code.image().digest);
    CHECK_FALSE(world.digest_of(coder_source));
    CHECK_FALSE(world.pulled_elsewhere());
}

TEST_CASE("without a pin nothing is installed under a name") {
    World world;
    use::Options options = world.from();
    SECTION("and the way out is said") {
        const use::Item item = world.pull(options);
        REQUIRE(item.error);
        CHECK(item.error->kind() == Kind::check);
        CHECK(item.error->message() == "cannot pull 'mistral:latest': nothing pins it, and from /media/usb comes only "
                                       "what a lock or a digest pins");
        CHECK(item.error->hint().find("mistral:latest@sha256:…") != std::string::npos);
    }
    SECTION("which is the lock of an export, if there is one") {
        options.from->lock = "/media/my usb/codemate.lock";
        const use::Item item = world.pull(options);
        REQUIRE(item.error);
        CHECK(item.error->hint().starts_with("--lock '/media/my usb/codemate.lock' pins what was exported"));
    }
    SECTION("also of what nobody has declared, and without any lock") {
        world.registry.offer("other", after);
        const auto facts = use::gather(world.from({"other"}), world.manifest, nullptr, world.ports(), world.run());
        CHECK(only_step(use::plan(facts, world.from({"other"}))).obstacle->kind() == Kind::check);
    }
    SECTION("nor is the lock of an export named that does not have it") {
        options.from->lock = "usb/codemate.lock";
        options.from->says.emplace().models.emplace(coder, test::locked(code, "coder:7b-q4_0"));
        const use::Item item = world.pull(options);
        REQUIRE(item.error);
        CHECK(item.error->hint().starts_with("it was not exported to /media/usb, which has coder:7b-q4_0: "));
    }
    CHECK(world.server.installed({}).empty());
    CHECK(world.calls(Call::What::pull) == 0);
}

TEST_CASE("a digest that was typed is a pin, and becomes one of a declared model") {
    World world;
    const std::string target = "mistral@sha256:" + old_digest.hex();
    const use::Item item = world.pull(world.from({target}));
    CHECK(item.outcome == Outcome::pulled);
    CHECK(item.locked_now);
    CHECK(world.file.read().models.at(mistral).source == mistral);
    CHECK(world.file.read().models.at(mistral).bytes == before.manifest);
    const auto act = [&] { world.plan(world.from({"mistral@sha256:" + Digest::of("nobody has it").hex()})); };
    try {
        act();
        FAIL("nobody has it");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::not_found);
        CHECK(error.message().find("neither lock nor journal nor /media/usb knows") != std::string::npos);
    }
}

TEST_CASE("a place whose tag serves something else, or has no such tag, has the layers perhaps: that wants consent") {
    World world;
    world.pin_mistral();
    SECTION("something else") {
        world.registry.offer("mistral", after); // the old blobs stay
        const use::Plan plan = world.plan(world.from());
        CHECK(only_step(plan).reason.starts_with("locked; its tag serves " + new_digest.id() + " at /media/usb: "));
        CHECK(plan.wants_consent());
    }
    SECTION("no tag") {
        world.registry.withdraw("mistral");
        const use::Plan plan = world.plan(world.from());
        CHECK(only_step(plan).reason == "locked; /media/usb has no mistral:latest");
        CHECK(plan.wants_consent());
    }
    CHECK(world.pull(world.from()).digest == old_digest);
    CHECK_FALSE(world.pulled_elsewhere());
}

TEST_CASE("the same content under another digest is installed as it is locked") {
    World world;
    world.pin_mistral();
    FakeRegistry::Model again = before;
    again.manifest += "\n";
    world.registry.offer("mistral", again);
    CHECK_FALSE(world.plan(world.from()).wants_consent());
    const use::Item item = world.pull(world.from());
    CHECK(item.digest == old_digest);
    CHECK(world.file.read().models.at(mistral).same.empty());
}

TEST_CASE("a lock with a digest alone gets the manifest from the place") {
    World world;
    world.pin_mistral();
    world.file.update([](manifest::Lock& lock) { lock.models.at(mistral).bytes.reset(); }, {});
    SECTION("that serves it by its tag") {
        CHECK(world.pull(world.from()).outcome == Outcome::pulled);
        CHECK(world.file.read().models.at(mistral).bytes == before.manifest);
    }
    SECTION("that serves other content of which the lock says that it is the same") {
        FakeRegistry::Model again = before;
        again.manifest += "\n";
        world.registry.withdraw("mistral");
        world.registry.offer("mistral", again);
        world.file.update([&](manifest::Lock& lock) { lock.models.at(mistral).same = {again.image().digest}; }, {});
        CHECK(world.pull(world.from()).digest == again.image().digest);
        CHECK_FALSE(world.file.read().models.at(mistral).bytes);
    }
    SECTION("that does not have it") {
        world.registry.withdraw("mistral");
        const use::Item item = world.pull(world.from());
        REQUIRE(item.error);
        CHECK(item.error->kind() == Kind::not_found);
        CHECK(item.error->message().find("whose manifest nobody has, and /media/usb has no mistral:latest") !=
              std::string::npos);
        CHECK(item.error->hint().find("is the path right?") == std::string::npos);
        CHECK_FALSE(item.step.standing);
    }
    SECTION("that has another content") {
        world.registry.offer("mistral", after);
        const use::Item item = world.pull(world.from());
        REQUIRE(item.step.standing);
        CHECK_FALSE(item.step.standing->to_fetch);
    }
    CHECK_FALSE(world.pulled_elsewhere());
}

TEST_CASE("a lock at the place that calls another content the same is believed by --lock alone") {
    World world;
    world.pin_mistral();
    world.file.update([](manifest::Lock& lock) { lock.models.at(mistral).bytes.reset(); }, {});
    world.registry.withdraw("mistral");
    world.registry.offer("mistral", after);
    use::Options options = world.from();
    options.from->lock = "usb/codemate.lock";
    options.from->says.emplace();
    manifest::Locked said = world.file.read().models.at(mistral);
    said.digest = new_digest;
    said.same = {old_digest};
    SECTION("which is said") {
        options.from->says->models.emplace(mistral, said);
        const use::Item item = world.pull(options);
        REQUIRE(item.error);
        CHECK(item.error->kind() == Kind::not_found);
        CHECK(item.error->message().ends_with("the export says that it is the same content without its paths, under " +
                                              new_digest.id()));
        CHECK(item.error->hint() == "`--lock usb/codemate.lock` takes its word for it");
        CHECK_FALSE(item.step.standing);
    }
    SECTION("it is about what is there now, and about what is locked") {
        SECTION("now") {
            said.digest = Digest::of("an earlier export");
        }
        SECTION("locked") {
            said.same = {Digest::of("another")};
        }
        options.from->says->models.emplace(mistral, said);
        const use::Item item = world.pull(options);
        REQUIRE(item.error);
        CHECK(item.error->message().find("the export says") == std::string::npos);
    }
    CHECK(world.server.installed({}).empty());
}

TEST_CASE("a registry that has none of the models may be asked at a wrong path") {
    World world;
    world.pin_mistral();
    use::Options options = world.from();
    options.from->where = "http://registry.corp/wrong";
    world.registry.withdraw("mistral");
    SECTION("where its layers are not, either") {
        for (const Layer& layer : before.image().blobs())
            world.registry.lose_blob(layer.digest);
    }
    SECTION("with a digest alone") {
        world.file.update([](manifest::Lock& lock) { lock.models.at(mistral).bytes.reset(); }, {});
    }
    const use::Item item = world.pull(options);
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::not_found);
    CHECK(item.error->hint().find("is the path right?") != std::string::npos);
}

TEST_CASE("a layer that is not there is named, with its size and the place") {
    World world;
    world.pin_mistral();
    const Layer weights = before.image().layers.front();
    world.registry.lose_blob(weights.digest);
    const use::Item item = world.pull(world.from());
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::not_found);
    CHECK(item.error->message() == "cannot pull 'mistral:latest': it is locked at " + old_digest.id() +
                                       ": its weights " + weights.digest.id() + " (" + to_string(weights.size) +
                                       ") is not at /media/usb");
    CHECK(item.error->hint().find("--from") != std::string::npos);
    CHECK(world.calls(Call::What::pull) == 0);
}

TEST_CASE("a place that does not answer is the error, and no other registry is asked instead") {
    World world;
    world.pin_mistral();
    world.registry.fail_model("mistral", Error(Kind::unreachable, "nothing is listening there"));
    const use::Item item = world.pull(world.from());
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::unreachable);
    CHECK(item.error->message() == "cannot pull 'mistral:latest': nothing is listening there");
    CHECK(world.calls(Call::What::pull) == 0);
}

TEST_CASE("what is damaged there is said to be so") {
    World world;
    world.pin_mistral();
    world.relays.fail_carrying(Error(Kind::storage, "cannot read '/media/usb/blobs/x': permission denied"));
    world.registry.want_login(mistral.host()); // nothing is open: all is carried
    const use::Item item = world.pull(world.from());
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::storage);
    CHECK(item.error->message().find("its source failed: cannot read '/media/usb/blobs/x': permission denied") !=
          std::string::npos);
    CHECK(world.server.installed({}).empty());
}

TEST_CASE("a server that does not get to codemate: the ways out keep the place") {
    World world;
    world.pin_mistral();
    world.relays.reachable_at({});
    const use::Item item = world.pull(world.from());
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::unreachable);
    const auto& notes = item.error->notes();
    CHECK(std::ranges::any_of(
        notes, [](const std::string& note) { return note.find("pull --from /media/usb") != std::string::npos; }));
    CHECK_FALSE(world.pulled_elsewhere());
}
