#include "lifecycle/pull/waiting_layer.hpp"
#include "support/catch.hpp"
#include "unit/lifecycle/pull_world.hpp"

// pull towards contents that no tag serves, and from registries that the server cannot use.

using namespace codemate;
using namespace std::chrono_literals;
namespace use = lifecycle::pull;
using test::after;
using test::as_installed;
using test::before;
using test::coder;
using test::FakeRegistry;
using test::FakeServer;
using test::image;
using test::mistral;
using test::new_digest;
using test::old_digest;
using Call = FakeServer::Call;
using Do = use::Step::Do;
using use::Outcome;

namespace {

// mistral is locked at what its tag does not serve any more.
struct World : test::PullWorld {
    World() {
        remembers = true;
        pin_mistral();
        serve("mistral", after);
    }
    bool nothing_is_left() {
        return helpers().empty() && (!std::filesystem::exists(directory / "state/changes") ||
                                     std::filesystem::is_empty(directory / "state/changes"));
    }
    void forget_bytes() {
        file.update([](manifest::Lock& lock) { lock.models.at(mistral).bytes.reset(); }, {});
    }
};

use::Options asked(const World& world, const std::string& target) {
    return world.options({target});
}

std::string with(const std::string& name, const Digest& digest, std::size_t digits = 64) {
    return name + "@sha256:" + digest.hex().substr(0, digits);
}

ollama::PullEvent layer(const char* name, std::uint64_t completed) {
    ollama::PullEvent event{ollama::PullEvent::Stage::layer};
    event.layer_name = name;
    event.completed = ByteCount(completed);
    event.total = ByteCount(100);
    return event;
}

} // namespace

TEST_CASE("way 4: the tag has moved, and the locked content is installed all the same") {
    World world;
    if (GENERATE(false, true)) world.registry.withdraw("mistral");
    const use::Item item = world.pull();
    CHECK(item.step.what == Do::fetch_locked);
    CHECK(item.step.wants_consent);
    CHECK(item.outcome == Outcome::pulled);
    CHECK_FALSE(item.error);
    CHECK(item.digest == old_digest);
    CHECK(world.digest_of(mistral) == old_digest);
    CHECK(world.nothing_is_left());
    CHECK(world.snapshots().empty());
    CHECK(world.server.orphans().empty());
    CHECK(world.file.read().models.at(mistral).digest == old_digest);
    // The tag itself is never pulled.
    CHECK(std::ranges::none_of(world.server.calls(), [](const Call& call) {
        return call.what == Call::What::pull && call.name == "mistral:latest";
    }));
    // Layers that anybody may read do not come through codemate.
    REQUIRE_FALSE(world.relays.opened().empty());
    CHECK(world.relays.opened().back().traffic.carried == ByteCount());
    CHECK(world.relays.opened().back().closed);
    // verify passes: the next pull has nothing to do
    CHECK(world.pull().outcome == Outcome::unchanged);
}

TEST_CASE("way 4 over what the tag serves: that is kept, and said") {
    World world;
    world.server.install("mistral", as_installed(after));
    const use::Item item = world.pull();
    CHECK(item.outcome == Outcome::updated);
    CHECK(world.digest_of(mistral) == old_digest);
    REQUIRE(world.snapshots().size() == 1);
    CHECK(world.digest_of(world.snapshots().front()) == new_digest);
    CHECK(item.kept_as == world.snapshots());
    CHECK(world.said("is kept as"));
    // Only what the server lacks is fetched: template and licence are shared.
    CHECK(item.step.supply->missing.size() == 2);
}

TEST_CASE("what was pulled is remembered, with its manifest") {
    World world;
    world.pull();
    const auto entries = world.journal.entries();
    REQUIRE(entries.size() == 1);
    CHECK(entries.front().name == mistral);
    CHECK(entries.front().digest == old_digest);
    CHECK(entries.front().manifest == before.manifest);
    CHECK(entries.front().server == "http://127.0.0.1:11434");
}

TEST_CASE("a layer that is to be had nowhere is named, with its kind and size, and nothing is lost") {
    World world;
    world.server.install("mistral", as_installed(after));
    world.registry.lose_blob(before.image().layers.front().digest);
    const bool a_mirror_is_silent = GENERATE(false, true);
    if (a_mirror_is_silent) {
        world.manifest.mirrors = {"http://registry.lan:5000"};
        world.registry.fail_model("registry.lan:5000/library/mistral", Error(Kind::unreachable, "no such host"));
    }
    const use::Item item = world.pull();
    CHECK(item.outcome == Outcome::failed);
    REQUIRE(item.error);
    CHECK(item.error->kind() == (a_mirror_is_silent ? Kind::unreachable : Kind::not_found)); // it may have it
    CHECK(item.error->message().find("its weights " + before.image().layers.front().digest.id() + " (20 B)") !=
          std::string::npos);
    CHECK_FALSE(item.step.wants_consent);
    CHECK(world.digest_of(mistral) == new_digest);
    CHECK(world.calls(Call::What::pull) == 0);
}

TEST_CASE("a mirror has what the registry has lost") {
    World world;
    world.manifest.mirrors = {"http://other.lan:5000"};
    world.registry.lose_blob(before.image().layers.front().digest);
    world.registry.offer("other.lan:5000/library/mistral", before);
    const use::Item item = world.pull();
    CHECK(item.outcome == Outcome::pulled);
    CHECK(world.digest_of(mistral) == old_digest);
    CHECK(item.step.supply->sources.at(before.image().layers.front().digest).place.host() == "other.lan:5000");
}

TEST_CASE("a registry that cannot be asked, and a mirror that has all of it: no question, no ordinary pull") {
    World world;
    world.manifest.mirrors = {"http://other.lan:5000"};
    world.registry.offer("other.lan:5000/library/mistral", before);
    world.registry.fail_model("mistral", Error(Kind::unreachable, "no way"));
    const use::Item item = world.pull();
    CHECK(item.step.what == Do::fetch_locked);
    CHECK_FALSE(item.step.wants_consent);
    CHECK(item.outcome == Outcome::pulled);
    CHECK(world.digest_of(mistral) == old_digest);
}

TEST_CASE("sources that want a login are carried through") {
    World world;
    world.registry.want_login("registry.ollama.ai");
    const use::Item item = world.pull();
    CHECK(item.outcome == Outcome::pulled);
    CHECK(world.digest_of(mistral) == old_digest);
    CHECK(world.relays.opened().back().traffic.redirected == 0);
    CHECK(world.relays.opened().back().traffic.carried > ByteCount());
}

TEST_CASE("a server that does not get to where it is sent is served by codemate instead") {
    World world;
    world.relays.lose_redirects();
    world.server.before_each_event([&] { world.clock.advance(1s); });
    const use::Item item = world.pull();
    CHECK(item.outcome == Outcome::pulled);
    CHECK(world.digest_of(mistral) == old_digest);
    CHECK(world.relays.opened().back().carried_everything);
    CHECK(world.said("go through codemate"));
    CHECK(world.nothing_is_left());
}

TEST_CASE("that redirects do not work is found out once a run") {
    World world;
    world.relays.lose_redirects();
    world.server.before_each_event([&] { world.clock.advance(1s); });
    const FakeRegistry::Model other = image("other code, locked", "Q4_0");
    world.pin(coder, other, "coder:7b-instruct-q4_0");
    world.registry.offer("coder:7b-instruct-q4_0", other);
    world.serve("coder:7b-instruct-q4_0", after);
    const auto options = world.options({"mistral", "coder:7b-q4_0"});
    const use::Report report = use::execute(world.plan(options), options, world.ports(), world.run());
    CHECK(report.items.at(1).outcome == Outcome::pulled);
    CHECK(world.relays.opened().back().traffic.redirected == 0);
    CHECK(std::ranges::count_if(world.events, [](const Event& event) {
              return event.text.find("go through codemate") != std::string::npos;
          }) == 1);
}

TEST_CASE("what goes wrong at the source of a carried layer is what is told") {
    World world;
    world.registry.want_login("registry.ollama.ai");
    world.relays.fail_carrying(Error(Kind::busy, "registry.ollama.ai asks to come back later"));
    const use::Item item = world.pull();
    CHECK(item.outcome == Outcome::failed);
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::busy);
    CHECK_FALSE(world.digest_of(mistral));
    CHECK(world.nothing_is_left());
}

TEST_CASE("addresses are tried in their order, once a run, each by a name that leaves nothing behind") {
    World world;
    world.addresses = {"127.0.0.1", "192.0.2.1", "192.0.2.2", "192.0.2.3"};
    world.relays.bindable({"127.0.0.1", "192.0.2.2", "192.0.2.3"});
    world.relays.reachable_at({"192.0.2.2", "192.0.2.3"});
    world.pin(coder, before, "coder:7b-instruct-q4_0");
    world.registry.offer("coder:7b-instruct-q4_0", before); // its blobs
    world.serve("coder:7b-instruct-q4_0", after);
    world.server.install("coder:7b-q4_0", as_installed(after));
    const auto options = world.options({"mistral", "coder:7b-q4_0"});
    const use::Report report = use::execute(world.plan(options), options, world.ports(), world.run());
    CHECK(report.items.at(0).outcome == Outcome::pulled);
    CHECK(report.items.at(1).outcome == Outcome::updated);
    std::vector<std::string> opened;
    for (const auto& each : world.relays.opened())
        opened.push_back(each.options.address);
    CHECK(opened == std::vector<std::string>{"127.0.0.1", "192.0.2.2", "192.0.2.2"});
    CHECK(world.relays.opened().back().offer.sources.begin()->second.open);
    CHECK(world.nothing_is_left());
    CHECK(world.server.orphans().empty());
}

TEST_CASE("where the server gets to no address the ways out are told") {
    World world;
    world.relays.reachable_at({});
    auto options = world.options();
    if (GENERATE(false, true)) options.relay_port = 47112;
    const use::Item item = world.pull(options);
    CHECK(item.outcome == Outcome::failed);
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::unreachable);
    std::string notes;
    for (const std::string& note : item.error->notes())
        notes += note + "\n";
    CHECK(notes.find("ssh -N -R ") != std::string::npos);
    CHECK(notes.find("--relay-port ") != std::string::npos);
    if (options.relay_port != 0) CHECK(notes.find("-R 47112:127.0.0.1:47112 SERVER") != std::string::npos);
    CHECK_FALSE(world.digest_of(mistral));
    CHECK(world.nothing_is_left());
}

TEST_CASE("a manifest that the lock lacks is found in the journal, or at a registry, and completes the entry") {
    World world;
    world.forget_bytes();
    const bool from_journal = GENERATE(true, false);
    const bool locked = GENERATE(false, true);
    if (from_journal) {
        world.journal.add({world.clock.now(), "", mistral, old_digest, before.manifest, mistral}, {});
    } else {
        world.registry.serve_by_digest();
    }
    const use::Item item = world.pull({}, locked);
    CHECK(item.outcome == Outcome::pulled);
    CHECK(world.digest_of(mistral) == old_digest);
    CHECK(world.file.read().models.at(mistral).bytes ==
          (locked ? std::nullopt : std::optional<std::string>(before.manifest)));
}

TEST_CASE("NAME@sha256: any content that somebody still knows") {
    World world;
    world.file.update([](manifest::Lock& lock) { lock.models.clear(); }, {});
    const auto digits = GENERATE(as<std::size_t>(), 12, 30, 64);
    enum class Known { journal, registry, tag, installed };
    const auto known = GENERATE(Known::journal, Known::registry, Known::tag, Known::installed);
    CAPTURE(digits, static_cast<int>(known));
    switch (known) {
    case Known::journal:
        world.journal.add({world.clock.now(), "", mistral, old_digest, before.manifest, mistral}, {});
        break;
    case Known::registry:
        world.registry.serve_by_digest();
        break;
    case Known::tag:
        world.serve("mistral", before);
        break;
    case Known::installed:
        world.server.install("backup", as_installed(before));
        break;
    }
    const auto options = asked(world, with("mistral", old_digest, digits));
    if (known == Known::registry && digits < 64) { // a registry cannot be asked for a beginning
        CHECK_THROWS_AS(world.pull(options), Error);
        return;
    }
    const use::Item item = world.pull(options);
    CHECK_FALSE(item.error);
    CHECK_FALSE(item.step.wants_consent); // it was typed
    CHECK(world.digest_of(mistral) == old_digest);
    CHECK(world.pull(options).outcome == Outcome::unchanged);
    // First use of a declared model: what was asked for is its pin.
    CHECK(world.file.read().models.at(mistral).digest == old_digest);
}

TEST_CASE("NAME@sha256: against the lock only with --force, and the lock stays") {
    World world;
    auto options = asked(world, with("mistral", new_digest));
    const use::Item refused = world.pull(options);
    CHECK(refused.step.what == Do::refuse);
    REQUIRE(refused.error);
    CHECK(refused.error->kind() == Kind::refused);
    options.force = true;
    const use::Item item = world.pull(options);
    CHECK(item.outcome == Outcome::pulled);
    CHECK(world.digest_of(mistral) == new_digest);
    CHECK(world.file.read().models.at(mistral).digest == old_digest);
    options.locked = true;
    CHECK(world.pull(options).error);
}

TEST_CASE("NAME@sha256: of an undeclared model leaves no trace in the lock") {
    World world;
    world.registry.offer("other", before);
    world.registry.offer("other", after);
    world.journal.add(
        {world.clock.now(), "", ModelName::parse("other"), old_digest, before.manifest, ModelName::parse("other")}, {});
    CHECK(world.pull(asked(world, with("other", old_digest))).outcome == Outcome::pulled);
    CHECK(world.digest_of(ModelName::parse("other")) == old_digest);
    CHECK(world.file.read().models.size() == 1);
}

TEST_CASE("NAME@sha256: what nobody knows, what is ambiguous, what is no digest") {
    World world;
    const auto kind_of = [&](const std::string& target) {
        try {
            world.pull(asked(world, target));
        } catch (const Error& error) {
            return error.kind();
        }
        return Kind::defect;
    };
    CHECK(kind_of("mistral@sha256:" + std::string(64, '0')) == Kind::not_found);
    CHECK(kind_of("mistral@sha256:0123456789a") == Kind::usage);
    CHECK(kind_of("mistral@sha256:" + std::string(65, '0')) == Kind::usage);
    CHECK(kind_of("mistral@sha256:0123456789xy") == Kind::usage);
    CHECK(kind_of("mistral@0123456789ab") == Kind::usage);
    CHECK(kind_of("@sha256:0123456789ab") == Kind::usage);
    world.manifest = test::manifest_of(R"({"schema":1,"groups":{"two":["mistral","other"]}})");
    CHECK(kind_of("two@sha256:0123456789ab") == Kind::usage);
}

TEST_CASE("a registry that the server cannot pull from is served by codemate") {
    World world;
    const auto* said =
        GENERATE("http: no Location header in response", "pull model manifest: unauthorized: access denied",
                 "pull model manifest: realm host \"\" does not match original host \"lan:5000\"");
    const std::string name = "lan:5000/team/model:v1";
    world.serve(name.c_str(), before);
    world.registry.want_login("lan:5000");
    world.server.fail_pull(name, {.text = said});
    const use::Item item = world.pull({name});
    CHECK(item.outcome == Outcome::pulled);
    CHECK(world.digest_of(ModelName::parse(name)) == old_digest);
    CHECK(world.said("come through codemate"));
    CHECK(world.nothing_is_left());
    CHECK(world.relays.opened().back().traffic.redirected == 0);
}

TEST_CASE("what the server said stands where codemate gets no further") {
    World world;
    const std::string name = "lan:5000/team/model:v1";
    world.server.offer(name, as_installed(before));
    world.server.fail_pull(name, {.text = "http: no Location header in response"});
    const use::Item item = world.pull({name});
    CHECK(item.outcome == Outcome::failed);
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::unsupported);
    CHECK_FALSE(item.error->notes().empty());
}

TEST_CASE("a relayed pull that is stopped, or that fails, leaves nothing") {
    World world;
    world.server.install("mistral", as_installed(after));
    world.registry.want_login("registry.ollama.ai");
    const bool stopped = GENERATE(false, true);
    if (!stopped) world.relays.fail_carrying(Error(Kind::unreachable, "cut"));
    world.also = [&](const Event& event) {
        if (stopped && event.type == Event::Type::amount) world.stop.request_stop();
    };
    CHECK(world.pull().outcome == (stopped ? Outcome::interrupted : Outcome::failed));
    CHECK(world.digest_of(mistral) == new_digest);
    CHECK(world.snapshots().empty());
    CHECK(world.helpers().empty());
    // Of what was stopped the server may still write the name: the next run looks.
    CHECK(world.changes.left_behind().size() == (stopped ? 1 : 0));
}

TEST_CASE("what could not be put in its place, or not be removed, is left to the next run") {
    World world;
    const bool placed = GENERATE(false, true);
    if (placed) {
        world.server.fail(Call::What::remove, Error(Kind::storage, "no permission"), 0, 10);
    } else {
        world.server.fail(Call::What::copy, Error(Kind::storage, "no space"), 0, 10);
    }
    const use::Item item = world.pull();
    CHECK(item.outcome == (placed ? Outcome::pulled : Outcome::failed));
    REQUIRE(world.helpers().size() == 1);
    const auto left = world.changes.left_behind();
    REQUIRE(left.size() == 1);
    CHECK(left.front().change().helper == world.helpers().front());
    CHECK(left.front().change().name == mistral);
}

TEST_CASE("a manifest that lies about a layer's size costs the server nothing") {
    World world;
    const FakeRegistry::Model honest = image("weights", "Q4_0");
    const auto lying = FakeRegistry::model(R"({"model_format":"gguf","file_type":"Q4_0"})",
                                           {{"model", "weights", ByteCount(std::uint64_t{5} << 40U)}});
    world.registry.offer("mistral", honest); // its blobs
    world.registry.offer("mistral", lying);
    world.serve("mistral", after);
    world.pin(mistral, lying, "mistral");
    const use::Item item = world.pull();
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::check);
    CHECK(item.error->message().find("has 7 B at registry.ollama.ai, not 5.5 TB as the manifest says") !=
          std::string::npos);
    CHECK(world.calls(Call::What::pull) == 0);
}

TEST_CASE("what an earlier run may have left unchecked is not relied on") {
    World world;
    world.server.install("x", as_installed(before));
    world.server.install(
        "x", as_installed(image("quite another", "Q4_0", "MIT", "chat"))); // leaves blobs that nothing needs
    const Digest weights = before.image().layers.front().digest;
    REQUIRE(world.server.has_blob(weights, {}));
    auto options = world.options();
    options.unverified = {weights};
    const use::Item item = world.pull(options);
    CHECK(item.outcome == Outcome::pulled);
    CHECK(world.digest_of(mistral) == old_digest);
    CHECK(world.said("left unchecked is fetched again"));
    CHECK(world.relays.opened().back().offer.sources.contains(weights));
    CHECK(world.nothing_is_left());
}

TEST_CASE("an attempt that is not the first does not rely on what those before it fetched") {
    World world;
    world.relays.lose_redirects();
    world.server.before_each_event([&] { world.clock.advance(1s); });
    const Digest weights = before.image().layers.front().digest;
    int amounts = 0;
    world.also = [&](const Event& event) {
        if (event.type != Event::Type::amount || ++amounts != 2) return;
        // While it is at the first layer, the server gets it whole, from wherever, and hashes nothing.
        world.server.install("y", as_installed(before));
        world.server.install("y", as_installed(after));
    };
    const use::Item item = world.pull();
    CHECK(item.outcome == Outcome::pulled);
    CHECK(world.said("left unchecked is fetched again"));
    CHECK(world.digest_of(mistral) == old_digest);
    CHECK(world.server.has_blob(weights, {}));
    CHECK(world.nothing_is_left());
}

TEST_CASE("layers that vanish between plan and pull are fetched, too") {
    World world;
    world.server.install("other", as_installed(after)); // shares template and licence
    world.also = [&](const Event& event) {
        if (event.type == Event::Type::begin) world.server.remove(ModelName::parse("other"), {});
    };
    const use::Item item = world.pull();
    CHECK(item.step.supply->missing.size() == 2);
    CHECK(item.outcome == Outcome::pulled);
    CHECK(world.digest_of(mistral) == old_digest);
}

TEST_CASE("back and forth within one second") {
    World world;
    world.server.install("mistral", as_installed(after));
    CHECK(world.pull().outcome == Outcome::updated); // a snapshot of what the tag serves
    auto options = asked(world, with("mistral", new_digest));
    options.force = true;
    CHECK_FALSE(world.pull(options).error);
    CHECK(world.digest_of(mistral) == new_digest);
    CHECK_FALSE(world.pull().error);
    CHECK(world.digest_of(mistral) == old_digest);
}

TEST_CASE("another process that changes the model is waited for, and what it did counts") {
    World world;
    auto held = world.changes.try_alone("http://127.0.0.1:11434", mistral);
    REQUIRE(held);
    world.also = [&](const Event& event) {
        if (event.text != "waiting for another codemate that changes it") return;
        world.server.install("mistral", as_installed(before));
        held.reset();
    };
    const use::Item item = world.pull();
    CHECK(item.outcome == Outcome::unchanged);
    CHECK(item.digest == old_digest);
    CHECK(world.calls(Call::What::pull) == 0);
}

TEST_CASE("a memory that cannot be written is said once, and stops nothing") {
    World world;
    world.directory.write("state", "a file in the place of the directory");
    const use::Item item = world.pull();
    CHECK(item.outcome == Outcome::pulled);
    CHECK_FALSE(item.error);
    CHECK(std::ranges::count_if(world.events, [](const Event& event) {
              return event.text.find("nothing of this is remembered") != std::string::npos;
          }) == 1);
}

TEST_CASE("a layer is waited for only so long, if nothing of it comes") {
    use::WaitingLayer waiting;
    SteadyTime now{};
    CHECK_FALSE(waiting.too_long(layer("a", 0), now));
    now += 5s;
    CHECK_FALSE(waiting.too_long(layer("a", 0), now));
    now += 2s;
    SECTION("nothing for too long") {
        CHECK(waiting.too_long(layer("a", 0), now));
    }
    SECTION("nor in silence") {
        CHECK(waiting.too_long({ollama::PullEvent::Stage::silence}, now));
    }
    SECTION("something has come: from then on it is slow, not lost") {
        CHECK_FALSE(waiting.too_long(layer("a", 1), now));
        now += 1h;
        CHECK_FALSE(waiting.too_long(layer("a", 1), now));
    }
    SECTION("another layer has its own time") {
        CHECK_FALSE(waiting.too_long(layer("b", 0), now));
        now += 7s;
        CHECK(waiting.too_long(layer("b", 0), now));
    }
    SECTION("verifying is silent for long") {
        CHECK_FALSE(waiting.too_long({ollama::PullEvent::Stage::verifying}, now));
        now += 1h;
        CHECK_FALSE(waiting.too_long({ollama::PullEvent::Stage::silence}, now));
    }
}
