#include "lifecycle/pull/retry.hpp"
#include "lifecycle/pull/stall.hpp"
#include "support/catch.hpp"
#include "unit/lifecycle/pull_world.hpp"

// Pulls that break off, stand still, and go on.

using namespace codemate;
using namespace std::chrono_literals;
namespace use = lifecycle::pull;
using ollama::PullEvent;
using test::FakeServer;
using test::old_digest;
using Type = FakeServer::Fault::Type;
using use::Outcome;
using use::Retry;
using use::Stall;

namespace {

using Stage = PullEvent::Stage;

PullEvent layer(const char* name, std::uint64_t completed, std::uint64_t total = 1'000'000'000) {
    PullEvent event{Stage::layer};
    event.layer_name = name;
    event.completed = ByteCount(completed);
    event.total = ByteCount(total);
    return event;
}

PullEvent stage(Stage which, const char* status) {
    PullEvent event{which};
    event.status = status;
    return event;
}

const Error cut(Kind::unreachable, "the registry cut the connection");

} // namespace

TEST_CASE("waits grow, are spread, and begin anew when something has come") {
    Retry retry(5);
    CHECK(retry.next(cut, false, 0.5) == 1s);
    CHECK(retry.next(cut, false, 0.5) == 2s);
    CHECK(retry.next(cut, false, 0.0) == 3s);
    CHECK(retry.next(cut, false, 1.0) == 10s);
    CHECK(retry.next(cut, true, 0.5) == 1s);
    for (int i = 0; i < 4; ++i)
        CHECK(retry.next(cut, false, 0.5));
    CHECK(retry.next(cut, false, 0.5) == 16s);
    CHECK_FALSE(retry.next(cut, false, 0.5));
}

TEST_CASE("what is tried again, and what is not") {
    const auto [kind, again] = GENERATE(table<Kind, bool>({{Kind::unreachable, true},
                                                           {Kind::busy, true},
                                                           {Kind::damaged, true},
                                                           {Kind::not_found, false},
                                                           {Kind::unauthorised, false},
                                                           {Kind::forbidden, false},
                                                           {Kind::storage, false},
                                                           {Kind::unsupported, false},
                                                           {Kind::protocol, false},
                                                           {Kind::usage, false}}));
    CHECK(Retry(5).next(Error(kind, "x"), false, 0.5).has_value() == again);
    CHECK_FALSE(Retry(0).next(Error(kind, "x"), false, 0.5));
}

TEST_CASE("a wrong digest twice is not tried a third time") {
    Retry retry(5);
    const Error damaged(Kind::damaged, "digest mismatch");
    CHECK(retry.next(damaged, true, 0.5));
    CHECK_FALSE(retry.next(damaged, true, 0.5));
    Retry other(5);
    CHECK(other.next(damaged, true, 0.5));
    CHECK(other.next(cut, true, 0.5));
    CHECK(other.next(damaged, true, 0.5));
}

TEST_CASE("who is asked to wait waits as long, within reason") {
    Retry retry(5);
    CHECK(retry.next(Error(Kind::busy, "429").retry_after(90s), false, 0.5) == 90s);
    CHECK(retry.next(Error(Kind::busy, "429").retry_after(0s), false, 0.5) == 2s);
    CHECK_FALSE(retry.next(Error(Kind::busy, "429").retry_after(24h), false, 0.5));
}

TEST_CASE("a stall is no byte for a time, whatever events come") {
    Stall stall(60s);
    SteadyTime now{};
    CHECK_FALSE(stall.on(stage(Stage::resolving, "pulling manifest"), now));
    CHECK_FALSE(stall.on(layer("a", 10), now += 59s));
    SECTION("events without bytes") {
        CHECK_FALSE(stall.on(layer("a", 10), now += 59s));
        CHECK(stall.on(layer("a", 10), now += 1s));
        CHECK_FALSE(stall.moved());
    }
    SECTION("silence") {
        CHECK(stall.on({Stage::silence}, now += 60s));
    }
    SECTION("bytes") {
        CHECK_FALSE(stall.on(layer("a", 11), now += 59s));
        CHECK_FALSE(stall.on(layer("a", 12), now += 59s));
        CHECK(stall.moved());
    }
    SECTION("down and up again is no progress") {
        CHECK_FALSE(stall.on(layer("a", 5), now += 59s));
        CHECK(stall.on(layer("a", 10), now += 1s));
        CHECK_FALSE(stall.on(layer("a", 11), now += 1s));
    }
    SECTION("another layer is progress") {
        CHECK_FALSE(stall.on(layer("b", 0), now += 60s));
    }
    SECTION("so is another status") {
        CHECK_FALSE(stall.on(stage(Stage::writing, "writing manifest"), now += 60s));
    }
}

TEST_CASE("hashing is silent, the longer the more there is") {
    Stall stall(60s);
    SteadyTime now{};
    stall.on(layer("a", 1, 4'000'000'000), now);
    CHECK_FALSE(stall.on(stage(Stage::verifying, "verifying sha256 digest"), now));
    CHECK_FALSE(stall.on({Stage::silence}, now + 259s));
    CHECK(stall.on({Stage::silence}, now + 260s));
}

TEST_CASE("a pull that breaks off is begun again, and goes on") {
    test::PullWorld world;
    const auto type = GENERATE(Type::cut, Type::error);
    world.server.fail_pull("mistral", {.type = type, .text = "max retries exceeded: EOF", .times = 2});
    const use::Item item = world.pull();
    CHECK(item.outcome == Outcome::pulled);
    CHECK(item.digest == old_digest);
    REQUIRE(item.attempts.size() == 2);
    CHECK(item.attempts.front().waited == world.waits.front());
    CHECK(world.waits.size() == 2);
    CHECK(world.said("attempt 2 in 1.0s: "));
    CHECK(world.said("attempt 3 in "));
}

TEST_CASE("a pull that brings nothing is given up, with its history") {
    test::PullWorld world;
    world.server.fail_pull("mistral", {.type = Type::error, .text = "429: slow down", .after_events = 0});
    auto options = world.options();
    options.retries = GENERATE(0, 1, 2);
    const use::Item item = world.pull(options);
    CHECK(item.outcome == Outcome::failed);
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::busy);
    CHECK(item.attempts.size() == static_cast<std::size_t>(options.retries) + 1);
    CHECK(world.waits.size() == static_cast<std::size_t>(options.retries));
    // What is the same more than twice is one line.
    const std::vector<std::string> notes = item.error->notes();
    CHECK(notes.size() == std::vector<std::size_t>{0, 2, 1}[static_cast<std::size_t>(options.retries)]);
    if (options.retries == 1) CHECK(notes.back().starts_with("attempt 2: 0 B in "));
    if (options.retries == 2) {
        CHECK(notes.front().starts_with("attempts 1 to 3: 0 B in "));
        CHECK(notes.front().ends_with(" altogether, each time " + item.attempts.front().reason));
    }
    CHECK(world.said("attempt 2 in 1.0s: " + item.attempts.front().reason) == (options.retries > 0));
    CHECK(world.said(": the same again") == (options.retries > 1));
}

TEST_CASE("what will not pass is not tried again") {
    test::PullWorld world;
    world.server.fail_pull("mistral", {.type = Type::error, .text = "write /x/blobs/y: no space left on device"});
    CHECK(world.pull().error->kind() == Kind::storage);
    CHECK(world.waits.empty());
}

TEST_CASE("a pull that stands still is left and begun again") {
    test::PullWorld world;
    world.remembers = true;
    world.server.fail_pull("mistral", {.type = Type::stall, .times = 1});
    world.also = [&](const Event& event) {
        if (event.type == Event::Type::amount) world.clock.advance(20s); // a pulse of silence each
    };
    const use::Item item = world.pull();
    CHECK(item.outcome == Outcome::pulled);
    REQUIRE(item.attempts.size() == 1);
    CHECK(item.attempts.front().reason == "nothing has come for 1m00s");
    const auto entries = world.journal.entries();
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].attempts == 1);
    CHECK(entries[0].stalls == 1);
    CHECK(entries[0].lost == item.lost);
}

TEST_CASE("several at once: each its own, in the order of the request, shared layers counted once") {
    test::PullWorld world;
    const auto other = test::image("weights of four bits", "Q8_0"); // mistral's weights, template and licence
    world.serve("other", other);
    world.manifest =
        test::manifest_of(R"({"schema":1,"groups":{"default":["mistral","other","coder:7b-instruct-q4_0"]}})");
    auto options = world.options();
    options.jobs = 3;
    use::Ports ports = world.ports();
    const SystemClock clock;
    const use::Ports timed{ports.server, clock, ports.registry, ports.lock_file};
    const manifest::Lock none;
    const Run run{{}, [&](const Event& event) { world.events.push_back(event); }};
    const use::Report report =
        use::execute(use::plan(use::gather(options, world.manifest, &none, timed, run), options), options, timed, run);
    REQUIRE(report.items.size() == 3);
    for (const use::Item& item : report.items)
        CHECK(item.outcome == Outcome::pulled);
    CHECK(report.items[1].step.name == ModelName::parse("other"));
    CHECK(world.file.read().models.size() == 3);
    // Every begin has its end, whichever order they come in.
    const auto count = [&](Event::Type type) { return std::ranges::count(world.events, type, &Event::type); };
    CHECK(count(Event::Type::begin) == 3);
    CHECK(count(Event::Type::end) == 3);
}
