#include "support/catch.hpp"
#include "support/sanitized.hpp"
#include "unit/lifecycle/deadly.hpp"
#include "unit/lifecycle/update_world.hpp"

#include <map>
#include <random>

// The laws of update over random worlds, and a process that dies at any of its steps. Afterwards verify passes, or the
// status is not 0 and the name has what it had; nothing is left that nothing will remove.

using namespace codemate;
using namespace std::chrono_literals;
namespace use = lifecycle::update;
using test::Deadly;
using test::FakeRegistry;
using test::FakeServer;
using test::image;
using test::Killed;
using test::mistral;

namespace {

const std::vector<FakeRegistry::Model> contents{test::before, test::after, image("a third", "Q8_0")};

struct RandomWorld : test::UpdateWorld {
    explicit RandomWorld(unsigned seed) : random(seed) {
        for (const auto& content : contents) // all were served once; their blobs stay
            registry.offer("mistral", content);
        serve("mistral", contents[any(contents.size())]);
        pin(mistral, contents[any(contents.size())], "mistral");
        if (chance(20)) file.update([](manifest::Lock& lock) { lock.models.at(mistral).bytes.reset(); }, {});
        if (chance(15)) file.update([](manifest::Lock& lock) { lock.models.clear(); }, {});
        server.remove(mistral, {});
        if (chance(75)) install("mistral", contents[any(contents.size())]);
        if (chance(30)) install("backup", contents[any(contents.size())]);
        if (chance(30)) install("other:7b", contents[any(contents.size())]);
        if (chance(15)) registry.withdraw("mistral"), server.withdraw("mistral");
        if (chance(15)) registry.lose_blob(contents[any(contents.size())].image().layers.front().digest);
        if (chance(20)) registry.fail_model("mistral", Error(Kind::unreachable, "no way"));
        if (chance(10)) relays.reachable_at({});
        if (chance(10)) relays.lose_redirects();
        if (chance(15)) server.fail(FakeServer::Call::What::copy, Error(Kind::storage, "no space"), any(5));
        if (chance(10)) server.answer_next({.error = Error(Kind::storage, "too large for the memory")});
        if (chance(15)) more = {{use::Check::What::project, "pytest", false, false, "1 failed"}};
        if (chance(25)) embeds();
        options.snapshot = chance(80);
        options.accept_new_vectors = chance(50);
        server.set_now(clock.now());
        server.before_each_event([this] { clock.advance(1s); });
    }

    int any(int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); }
    std::size_t any(std::size_t below) { return random() % below; }
    bool chance(int percent) { return any(100) < percent; }

    // What people's names have.
    std::map<ModelName, std::optional<Digest>> state() {
        std::map<ModelName, std::optional<Digest>> all;
        for (const ollama::Installed& model : server.installed({}))
            if (!rules::is_own_name(model.name)) all.emplace(model.name, model.digest);
        return all;
    }

    bool command(ollama::Server& through) {
        const use::Report report = update(through);
        told.clear();
        for (const use::Item& item : report.items) {
            told += std::string(to_string(item.step.what)) + " " + std::string(to_string(item.outcome)) + ": " +
                    item.step.reason + (item.error ? "; " + item.error->message() : "") + "\n";
            if (item.error)
                for (const std::string& note : item.error->notes())
                    told += "  " + note + "\n";
        }
        return std::ranges::none_of(report.items, [](const use::Item& item) { return item.error.has_value(); });
    }

    std::mt19937 random;
    std::string told; // what the last command did, for whoever reads a failure
};

// Everything under its name as before, but for the model whose update went well.
void check_names(const std::map<ModelName, std::optional<Digest>>& before, bool ok, RandomWorld& world) {
    auto now = world.state();
    auto then = before;
    if (ok) now.erase(mistral), then.erase(mistral);
    CHECK(now == then);
}

} // namespace

TEST_CASE("after update verify passes, or its status is not 0 and every name has what it had") {
    const auto seed = GENERATE(range(0U, 300U));
    CAPTURE(seed);
    RandomWorld world(seed);
    const auto before = world.state();
    const std::string lock = manifest::to_text(world.file.read());
    const bool ok = world.command(world.server);
    INFO(world.told);
    const bool is_verified = world.verified();
    INFO(world.problems);
    if (ok) CHECK(is_verified);
    if (!ok) CHECK(manifest::to_text(world.file.read()) == lock);
    check_names(before, ok, world);
    CHECK(world.snapshots().size() <= 1);
    CHECK(world.candidates().empty());
    CHECK(world.server.orphans().empty());
}

namespace {

// What one run that died, or lost its server, has left is put in order by the next: twice, for what one could not do.
void check_next_run(RandomWorld& world, const std::map<ModelName, std::optional<Digest>>& before,
                    const std::string& lock, bool cut_off) {
    world.clock.advance(2s);
    world.recover(world.server);
    world.recover(world.server);
    const manifest::Lock now = world.file.read();
    const manifest::Locked* entry = now.find(mistral);
    const auto digest = world.digest_of(mistral);
    // Where the lock had the content that was to come, the name alone changes.
    const bool is_new = manifest::to_text(now) != lock || (entry != nullptr && digest && entry->is(*digest));
    if (cut_off) {
        // The old state or the new one: what is locked is installed, or everything is as it was.
        check_names(before, is_new, world);
        if (is_new) CHECK(world.verified());
    }
    const bool ok = world.command(world.server);
    INFO(world.told);
    const bool is_verified = world.verified();
    INFO(world.problems);
    if (ok) CHECK(is_verified);
    world.recover(world.server); // of the pull to the candidate
    CHECK(world.snapshots().size() <= 1);
    CHECK(world.candidates().empty());
    CHECK(world.helpers().empty());
}

} // namespace

TEST_CASE("so it is for an update that is killed at any of its steps, and for the next one") {
    const auto seed = GENERATE(range(2000U, 2000U + test::worlds(30)));
    const auto calls = GENERATE(range(0, 40));
    const bool last_happens = (seed + static_cast<unsigned>(calls)) % 2 == 0;
    CAPTURE(seed, calls, last_happens);
    RandomWorld world(seed);
    const auto before = world.state();
    const std::string lock = manifest::to_text(world.file.read());
    bool killed = false;
    try {
        Deadly deadly(world.server, calls, last_happens);
        world.command(deadly);
    } catch (const Killed&) {
        killed = true;
    }
    check_next_run(world, before, lock, killed);
}

TEST_CASE("so it is where the server goes away at any of its steps, and comes back") {
    const auto seed = GENERATE(range(3000U, 3000U + test::worlds(12)));
    const auto calls = GENERATE(range(0, 40));
    const bool last_happens = (seed + static_cast<unsigned>(calls)) % 2 == 0;
    CAPTURE(seed, calls, last_happens);
    RandomWorld world(seed);
    const auto before = world.state();
    const std::string lock = manifest::to_text(world.file.read());
    bool cut_off = false;
    try {
        Deadly gone(world.server, calls, last_happens, Error(Kind::unreachable, "connection refused"));
        cut_off = !world.command(gone);
    } catch (const Error&) { // before anything was begun
        cut_off = true;
    }
    check_next_run(world, before, lock, cut_off);
}
