#include "lifecycle/pull/allowance.hpp"
#include "support/catch.hpp"
#include "unit/lifecycle/pull_world.hpp"

// pull at a limited rate: through a relay, and on average where there is no way to one.

using namespace codemate;
using namespace std::chrono_literals;
namespace use = lifecycle::pull;
using test::before;
using test::FakeServer;
using test::mistral;
using test::new_digest;
using test::old_digest;
using Call = FakeServer::Call;
using Do = use::Step::Do;
using use::Outcome;
using use::Pace;

namespace {

constexpr ByteCount rate(5'000'000);

struct World : test::PullWorld {
    World() { remembers = true; }

    use::Options limited(std::vector<std::string> targets = {"mistral"}) const {
        use::Options made = options(std::move(targets));
        made.rate = rate;
        return made;
    }
    // Without a lock.
    use::Item pull_unlocked(const use::Options& options) {
        const use::Plan made = use::plan(use::gather(options, manifest, nullptr, ports(), run()), options);
        return use::execute(made, options, ports(), run()).items.front();
    }
    bool pulled_the_tag() {
        return std::ranges::any_of(server.calls(), [](const Call& call) {
            return call.what == Call::What::pull && call.name == "mistral:latest";
        });
    }
    // 300 MB that the server gets at 50 MB/s from its registry, not through codemate.
    void make_large() {
        relays.reachable_at({});
        server.offer("mistral", FakeServer::model({FakeServer::layer("weights", ByteCount(300'000'000))}));
        server.set_events_per_layer(100);
    }
};

} // namespace

TEST_CASE("with a limit the tag's content comes through a relay that holds it, under the same name and digest") {
    World world;
    const use::Item item = world.pull_unlocked(world.limited());
    CHECK(item.step.what == Do::fetch_limited);
    CHECK_FALSE(item.step.wants_consent);
    CHECK(item.outcome == Outcome::pulled);
    CHECK(item.pace == Pace::smooth);
    CHECK(world.digest_of(mistral) == old_digest);
    CHECK_FALSE(world.pulled_the_tag());
    CHECK(world.helpers().empty());
    REQUIRE_FALSE(world.relays.opened().empty());
    for (const auto& opened : world.relays.opened())
        CHECK(opened.options.rate == rate);
    CHECK(world.relays.opened().back().traffic.redirected == 0);
    CHECK(world.relays.opened().back().traffic.carried > ByteCount());
    // Again: nothing is to be done, and the server is not even asked to pull.
    const auto pulls = world.calls(Call::What::pull);
    const use::Item again = world.pull_unlocked(world.limited());
    CHECK(again.outcome == Outcome::unchanged);
    CHECK(again.pace == Pace::none);
    CHECK(world.calls(Call::What::pull) == pulls + 1); // the probe
}

TEST_CASE("with a limit an installed model is updated to what its tag serves") {
    World world;
    world.server.install("mistral", as_installed(test::after));
    const use::Item item = world.pull_unlocked(world.limited());
    CHECK(item.outcome == Outcome::updated);
    CHECK(item.step.before == new_digest);
    CHECK(world.digest_of(mistral) == old_digest);
    CHECK(world.snapshots().empty());
}

TEST_CASE("with a limit: a first use is locked, a pin is compared before a byte comes") {
    World world;
    CHECK(world.pull(world.limited()).locked_now);
    CHECK(world.file.read().models.at(mistral).digest == old_digest);
    world.server.remove(mistral, {});
    const use::Options options = world.limited();
    const use::Plan plan = world.plan(options);
    CHECK(plan.rate == rate);
    REQUIRE(plan.steps.front().what == Do::fetch_limited);
    world.serve("mistral", test::after);
    const auto fetched = world.server.fetched();
    const use::Item item = use::execute(plan, options, world.ports(), world.run()).items.front();
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::check);
    CHECK(item.error->message().find("its tag serves " + new_digest.id() + " now instead of") != std::string::npos);
    CHECK(world.server.fetched() == fetched);
}

TEST_CASE("with a limit: a tag that is not there is not found, and a known word is suggested") {
    World world;
    const use::Item item = world.pull_unlocked(world.limited({"mistra"}));
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::not_found);
    CHECK(item.error->hint().find("mistral") != std::string::npos);
}

TEST_CASE("no way to a relay: the rate is held on average, and that is said") {
    World world;
    world.make_large();
    const SteadyTime began = world.clock.steady();
    const use::Item item = world.pull_unlocked(world.limited());
    const double took = in_seconds(world.clock.steady() - began);
    CAPTURE(took);
    CAPTURE(item.error ? item.error->message() : "");
    CHECK(item.outcome == Outcome::pulled);
    CHECK(item.pace == Pace::average);
    CHECK(item.attempts.empty()); // a stream that is left is none that broke off
    CHECK(world.said("does not get to codemate; the rate is held on average"));
    CHECK(world.calls(Call::What::pull) > 3);
    CHECK(took > 49); // 60 s, but for the ten seconds' worth that the last stream may be ahead
    CHECK(took < 75);
    CHECK(world.server.fetched() == ByteCount(300'000'000));
}

TEST_CASE("codemate cannot read the registry: the server pulls by itself, on average") {
    World world;
    world.registry.fail_model("mistral", Error(Kind::unreachable, "no way"));
    const use::Item item = world.pull_unlocked(world.limited());
    CHECK(item.outcome == Outcome::pulled);
    CHECK(item.pace == Pace::average);
    CHECK(world.said("codemate cannot read the model's layers"));
    CHECK(world.pulled_the_tag());
}

TEST_CASE("a pause of the average ends at once when the run is stopped") {
    World world;
    world.make_large();
    use::Ports ports = world.ports();
    ports.wait = [&](Duration, const Stop&) {
        world.stop.request_stop();
        throw Interrupted();
    };
    const use::Options options = world.limited();
    const use::Plan plan = use::plan(use::gather(options, world.manifest, nullptr, ports, world.run()), options);
    CHECK(use::execute(plan, options, ports, world.run()).ending == use::Ending::interrupted);
}

TEST_CASE("a server that keeps nothing of a stream that is left is not asked for ever") {
    World world;
    world.relays.reachable_at({});
    std::vector<ollama::PullEvent> events;
    for (std::uint64_t done = 0; done < 300'000'000; done += 10'000'000) {
        ollama::PullEvent event{ollama::PullEvent::Stage::layer};
        event.layer_name = "sha256:model";
        event.completed = ByteCount(done);
        event.total = ByteCount(300'000'000);
        events.push_back(event);
    }
    world.server.script("mistral", events);
    const use::Item item = world.pull_unlocked(world.limited());
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::unsupported);
    CHECK(item.error->message().find("keeps nothing") != std::string::npos);
    CHECK(world.calls(Call::What::pull) == 1 + 7); // the probe; the first stream, and six in vain
}

TEST_CASE("an allowance is of all who share it") {
    constexpr SteadyTime start{1h};
    use::Allowance allowance(rate);
    allowance.came(ByteCount(30'000'000), start);
    CHECK_FALSE(allowance.is_spent(start));
    allowance.came(ByteCount(30'000'000), start);
    CHECK(allowance.is_spent(start));
    CHECK_FALSE(allowance.is_spent(start + 3s));
    CHECK(allowance.owed(start + 3s) > 8s);
    CHECK(allowance.owed(start + 12s) == 0s);
}

TEST_CASE("with a port for the relay one model comes at a time") {
    World world;
    use::Options options = world.limited({"mistral", "coder:7b-q4_0"});
    options.jobs = 2;
    options.relay_port = 41234;
    const use::Plan plan =
        use::plan(use::gather(options, world.manifest, nullptr, world.ports(), world.run()), options);
    int open = 0, most = 0;
    world.also = [&](const Event& event) {
        if (event.type == Event::Type::begin) most = std::max(most, ++open);
        if (event.type == Event::Type::end) --open;
    };
    const use::Report report = use::execute(plan, options, world.ports(), world.run());
    for (const use::Item& item : report.items)
        CHECK(item.outcome == Outcome::pulled);
    CHECK(most == 1);
    CHECK(report.rate == rate);
}
