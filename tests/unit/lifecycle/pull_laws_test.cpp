#include "support/catch.hpp"
#include "support/sanitized.hpp"
#include "unit/lifecycle/deadly.hpp"
#include "unit/lifecycle/pull_world.hpp"

#include "codemate/lifecycle/recover.hpp"
#include "codemate/lifecycle/verify.hpp"

#include <random>

// The laws of pull over random worlds: what is installed, locked, moved, lost, mirrored, unreachable, and a process
// that dies at any of its steps. Afterwards verify passes, or the status is not 0 and everything that was installed
// before still is.

using namespace codemate;
using namespace std::chrono_literals;
namespace use = lifecycle::pull;
using test::as_installed;
using test::Deadly;
using test::FakeRegistry;
using test::FakeServer;
using test::image;
using test::Killed;
using test::mistral;

namespace {

const std::vector<FakeRegistry::Model> contents{test::before, test::after, image("a third", "Q8_0")};
constexpr const char* mirror = "http://mirror.lan:5000";

struct RandomWorld : test::PullWorld {
    explicit RandomWorld(unsigned seed) : random(seed) {
        remembers = chance(90);
        const std::size_t locked = any(contents.size());
        pin(mistral, contents[locked], "mistral");
        if (chance(20)) file.update([](manifest::Lock& lock) { lock.models.at(mistral).bytes.reset(); }, {});
        if (chance(15)) file.update([](manifest::Lock& lock) { lock.models.clear(); }, {});
        if (chance(60)) manifest.mirrors = {mirror};
        for (const auto& content : contents) // all were served once; their blobs stay
            registry.offer("mistral", content);
        serve("mistral", contents[any(contents.size())]);
        if (chance(15)) registry.withdraw("mistral"), server.withdraw("mistral");
        if (chance(25)) registry.lose_blob(contents[locked].image().layers.front().digest);
        if (chance(60)) registry.offer("mirror.lan:5000/library/mistral", contents[any(contents.size())]);
        if (chance(15)) registry.fail_model("mistral", Error(Kind::unreachable, "no way"));
        if (chance(15)) registry.fail_model("mirror.lan:5000/library/mistral", Error(Kind::unreachable, "no way"));
        if (chance(20)) registry.want_login("registry.ollama.ai");
        if (chance(20)) registry.serve_by_digest();
        if (chance(10)) relays.reachable_at({});
        if (chance(10)) relays.lose_redirects();
        if (chance(10)) relays.fail_carrying(Error(Kind::unreachable, "cut"));
        if (chance(60)) install("mistral");
        if (chance(30)) install("backup");
        if (chance(30)) install("other:7b");
        if (chance(15)) server.fail(FakeServer::Call::What::copy, Error(Kind::storage, "no space"), any(3));
        if (chance(15)) server.fail(FakeServer::Call::What::remove, Error(Kind::storage, "no permission"), any(3));
        if (chance(10)) server.fail_pull("mistral", {.times = 1 + any(2)});
        server.set_now(clock.now());
        server.before_each_event([this] { clock.advance(1s); });
    }

    int any(int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); }
    std::size_t any(std::size_t below) { return random() % below; }
    bool chance(int percent) { return any(100) < percent; }
    void install(const char* name) { server.install(name, as_installed(contents[any(contents.size())])); }

    std::map<ModelName, std::optional<Digest>> state() {
        std::map<ModelName, std::optional<Digest>> all;
        for (const ollama::Installed& model : server.installed({}))
            all.emplace(model.name, model.digest);
        return all;
    }

    // As the command does it: first what was left, then the pull. Returns whether its status is 0.
    bool command(ollama::Server& through) {
        auto held = changes.left_behind();
        lifecycle::recover::Facts left;
        for (const auto& each : held)
            left.changes.push_back(each.change());
        left.installed = through.installed({});
        left.now = clock.now();
        const auto recovered = lifecycle::recover::execute(lifecycle::recover::plan(left), {through, clock}, {});
        if (recovered.complete()) {
            for (auto& each : held)
                each.done();
        }
        const auto plan_options = options({}, chance(30));
        const manifest::Lock lock = file.read();
        const auto with = ports(through);
        const use::Plan plan = use::plan(use::gather(plan_options, manifest, &lock, with, run()), plan_options);
        const use::Report report = use::execute(plan, plan_options, with, run());
        return std::ranges::none_of(report.items, [](const use::Item& item) { return item.error.has_value(); });
    }

    bool verified() {
        const lifecycle::verify::Ports with{server, [&]() -> registry::Registry& { return registry; }};
        return lifecycle::verify::examine(lifecycle::verify::gather({}, manifest, file.read(), with, {})).passed();
    }

    std::mt19937 random;
};

// Under its name, or, where a pin replaced it, under a name of codemate's own; in the middle of that, nobody has put
// the pin under the name yet, or something that is not wanted is there.
enum class When { ended, killed };
void check_nothing_is_lost(const std::map<ModelName, std::optional<Digest>>& before, const manifest::Lock& lock,
                           RandomWorld& world, When when = When::ended) {
    const auto now = world.state();
    for (const auto& [name, digest] : before) {
        const auto same = now.find(name);
        if (same != now.end() && same->second == digest) continue;
        INFO(name.display() + " had " + digest->id());
        REQUIRE(name == mistral);
        const manifest::Locked* pin = lock.find(name);
        REQUIRE(same != now.end());
        if (pin == nullptr) continue; // an ordinary pull of what nothing pins
        if (when == When::ended) CHECK(pin->is(*same->second));
        CHECK(std::ranges::any_of(now, [&](const auto& other) { return other.second == digest; }));
    }
}

} // namespace

TEST_CASE("after pull verify passes, or its status is not 0 and everything that was installed still is") {
    const auto seed = GENERATE(range(0U, 200U));
    CAPTURE(seed);
    RandomWorld world(seed);
    const auto before = world.state();
    const manifest::Lock lock = world.file.read();
    const bool ok = world.command(world.server);
    if (ok) CHECK(world.verified());
    check_nothing_is_lost(before, lock, world);
    if (ok) CHECK(world.server.orphans().empty());
}

TEST_CASE("so it is for a process that is killed at any of its steps, and for the next one") {
    const auto seed = GENERATE(range(1000U, 1000U + test::worlds(40)));
    const auto calls = GENERATE(range(0, 16));
    const bool last_happens = (seed + static_cast<unsigned>(calls)) % 2 == 0;
    CAPTURE(seed, calls, last_happens);
    RandomWorld world(seed);
    const auto before = world.state();
    const manifest::Lock lock = world.file.read();
    bool ok = false;
    try {
        Deadly deadly(world.server, calls, last_happens);
        ok = world.command(deadly);
    } catch (const Killed&) {
    }
    check_nothing_is_lost(before, lock, world, When::killed);
    world.clock.advance(2s);
    ok = world.command(world.server);
    if (ok) CHECK(world.verified());
    check_nothing_is_lost(before, lock, world);
    if (!ok || !world.remembers) return;
    // Nothing half done is left, where it was written down; what could not be removed goes at last.
    if (!world.helpers().empty()) world.command(world.server);
    CHECK(world.helpers().empty());
}
