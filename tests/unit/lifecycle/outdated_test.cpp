#include "support/catch.hpp"
#include "support/fake_registry.hpp"
#include "support/fake_server.hpp"
#include "unit/lifecycle/images.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/lifecycle/outdated.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

using namespace codemate;
namespace use = lifecycle::outdated;
using test::as_installed;
using test::FakeRegistry;
using test::FakeServer;
using test::image;
using test::locked;
using upstream::State;
using What = FakeRegistry::Call::What;

namespace {

const char* const project = R"({
  "schema": 1,
  "roles": {"chat": "mistral", "coder": "coder:7b-q4_0"},
  "models": {"coder:7b-q4_0": {"from": "coder:7b-instruct-q4_0"}}
})";

struct World {
    FakeServer server;
    FakeRegistry registry;
    manifest::Lock lock;

    use::Report look(std::vector<std::string> targets = {}, upstream::Texts texts = upstream::Texts::left_out) {
        return use::examine(
            use::gather({std::move(targets), texts}, test::manifest_of(project), lock, {&server, registry}, {}));
    }
    upstream::Standing only(upstream::Texts texts = upstream::Texts::left_out) {
        const use::Report report = look({"mistral"}, texts);
        REQUIRE(report.rows.size() == 1);
        return report.rows.front();
    }
};

const FakeRegistry::Model before = image("weights of four bits", "Q4_0");
const FakeRegistry::Model after = image("other weights, of four bits and a half", "Q4_K_M");

std::string change_of(const upstream::Standing& row, LayerRole role) {
    REQUIRE(row.diff);
    const auto found = std::ranges::find(row.diff->entries, role, &ImageDiff::Entry::role);
    if (found == row.diff->entries.end()) return "none";
    constexpr const char* words[] = {"same", "changed", "added", "removed"};
    return words[static_cast<int>(found->change)];
}

} // namespace

TEST_CASE("a tag that has not moved costs one question") {
    World world;
    world.registry.offer("mistral", before);
    world.server.install("mistral", as_installed(before));
    const bool with_lock = GENERATE(false, true);
    if (with_lock) world.lock.models.emplace(ModelName::parse("mistral"), locked(before, "mistral"));
    const upstream::Standing row = world.only();
    CHECK(row.state == State::current);
    CHECK(row.against == (with_lock ? upstream::Against::lock : upstream::Against::installed));
    CHECK(row.before == row.after);
    CHECK(world.registry.count(What::digest) == 1);
    CHECK(world.registry.calls().size() == 1);
    CHECK(world.server.calls().size() == 1); // the list
}

TEST_CASE("a tag that has moved away from the lock is explained by layer") {
    World world;
    world.registry.offer("mistral", before);
    world.registry.offer("mistral", after);
    world.server.install("mistral", as_installed(before));
    world.lock.models.emplace(ModelName::parse("mistral"), locked(before, "mistral"));
    const upstream::Standing row = world.only();
    CHECK(row.state == State::outdated);
    CHECK(row.all_layers_known);
    CHECK(row.before == before.image().digest);
    CHECK(row.after == after.image().digest);
    CHECK(change_of(row, LayerRole::weights) == "changed");
    CHECK(change_of(row, LayerRole::template_text) == "same");
    CHECK(change_of(row, LayerRole::license) == "same");
    CHECK_FALSE(row.diff->license_changed());
    CHECK(row.diff->quantization.before == "Q4_0");
    CHECK(row.diff->quantization.after == "Q4_K_M");
    CHECK(row.reason.find("Q4_0 → Q4_K_M") != std::string::npos);
    // Template and licence are there already.
    const Image image = after.image();
    REQUIRE(row.to_fetch);
    CHECK(*row.to_fetch == image.config.size + image.layers.front().size);
    CHECK(world.registry.count(What::image) == 1);
    CHECK(world.registry.count(What::blob) == 1); // the configuration; the server knows the old one
}

TEST_CASE("the same where nothing is installed: the old configuration is asked for") {
    World world;
    world.registry.offer("mistral", before);
    world.registry.offer("mistral", after);
    world.lock.models.emplace(ModelName::parse("mistral"), locked(before, "mistral"));
    SECTION("the registry still has it") {
        const upstream::Standing row = world.only();
        CHECK(row.diff->family.before == "llama");
        CHECK(row.to_fetch == after.image().distinct_size());
    }
    SECTION("it is gone: the lock says the quantization") {
        world.registry.lose_blob(before.image().config.digest);
        const upstream::Standing row = world.only();
        CHECK(row.state == State::outdated);
        CHECK(row.diff->family.before.empty());
        CHECK(row.diff->quantization.before == "Q4_0");
    }
}

TEST_CASE("without a lock, what the server can answer for") {
    World world;
    world.registry.offer("mistral", image("other weights, of four bits and a half", "Q4_K_M", "Llama licence"));
    world.server.install("mistral", as_installed(before));
    // Another model has this licence, so that its blob is on the server.
    world.server.install("other", FakeServer::model({FakeServer::layer("Llama licence", ByteCount(13))}));
    const upstream::Standing row = world.only();
    CHECK(row.state == State::outdated);
    CHECK(row.against == upstream::Against::installed);
    CHECK_FALSE(row.all_layers_known);
    CHECK(change_of(row, LayerRole::weights) == "changed");
    CHECK(change_of(row, LayerRole::template_text) == "same");
    CHECK(change_of(row, LayerRole::license) == "changed");
    CHECK(row.diff->license_changed());
    CHECK(row.reason.find("Q4_0 → Q4_K_M") != std::string::npos);
    CHECK(row.reason.find("licence changed") != std::string::npos);
    CHECK(row.diff->size_before == before.image().size());
}

TEST_CASE("the same layers under another digest are the same content") {
    World world;
    FakeRegistry::Model again = before;
    again.manifest += "\n";
    world.registry.offer("mistral", again);
    world.server.install("mistral", as_installed(before));
    SECTION("by the lock's manifest") {
        world.lock.models.emplace(ModelName::parse("mistral"), locked(before, "mistral"));
    }
    SECTION("by the lock's memory") {
        manifest::Locked entry = locked(before, "mistral");
        entry.bytes.reset();
        entry.same = {again.image().digest};
        world.lock.models.emplace(ModelName::parse("mistral"), entry);
    }
    SECTION("by what the server has") {}
    const upstream::Standing row = world.only();
    CHECK(row.state == State::same_content);
    CHECK_FALSE(row.diff);
}

TEST_CASE("a lock of which nothing but the digest is known still says what it can") {
    World world;
    world.registry.offer("mistral", after);
    manifest::Locked entry = locked(before, "mistral");
    entry.bytes.reset();
    world.lock.models.emplace(ModelName::parse("mistral"), entry);
    const upstream::Standing row = world.only();
    CHECK(row.state == State::outdated);
    CHECK(row.diff->entries.empty());
    CHECK(row.reason.find("other content (Q4_0 → Q4_K_M") == 0);
}

TEST_CASE("no upstream is never outdated, and no failure") {
    World world;
    world.server.install("mistral", as_installed(before));
    world.server.install("my-own", as_installed(before));
    world.lock.models.emplace(ModelName::parse("mistral"), locked(before, "mistral"));
    const use::Report report = world.look();
    REQUIRE(report.rows.size() == 2);
    for (const upstream::Standing& row : report.rows) {
        CHECK(row.state == State::no_upstream);
        CHECK_FALSE(row.error);
    }
    CHECK(report.rows[0].reason == "the registry does not have it any more");
    CHECK(report.rows[1].reason == "no registry has it");
}

TEST_CASE("a copy under another name is looked up where its content comes from") {
    World world;
    world.registry.offer("coder:7b-instruct-q4_0", before);
    world.server.install("coder:7b-q4_0", as_installed(before));
    const use::Report report = world.look({"coder"});
    REQUIRE(report.rows.size() == 1);
    CHECK(report.rows[0].state == State::current);
    CHECK(report.rows[0].source.display() == "coder:7b-instruct-q4_0");
}

TEST_CASE("a registry that fails for one model does not fail for the others") {
    World world;
    world.registry.offer("mistral", before);
    world.server.install("mistral", as_installed(before));
    world.server.install("far", as_installed(before));
    world.registry.fail_model("far", Error(Kind::unreachable, "nobody answers"));
    const use::Report report = world.look();
    REQUIRE(report.rows.size() == 2);
    CHECK(report.rows[0].name.display() == "far:latest");
    CHECK(report.rows[0].state == State::failed);
    REQUIRE(report.rows[0].error);
    CHECK(report.rows[0].error->kind() == Kind::unreachable);
    CHECK(report.rows[1].state == State::current);
}

TEST_CASE("what is neither declared nor locked nor installed is not found, what is declared is only absent") {
    World world;
    const use::Report report = world.look({"mistral", "nonsense"});
    REQUIRE(report.rows.size() == 2);
    CHECK(report.rows[0].state == State::absent);
    CHECK_FALSE(report.rows[0].error);
    REQUIRE(report.rows[1].error);
    CHECK(report.rows[1].error->kind() == Kind::not_found);
    CHECK(world.registry.calls().empty());
    CHECK_THROWS_AS(world.look({"a b"}), Error);
}

TEST_CASE("helpers of codemate's own are left out") {
    World world;
    world.registry.offer("mistral", before);
    world.server.install("mistral", as_installed(before));
    world.server.install("mistral:latest.codemate-20261122t120000z-0123456789ab", as_installed(before));
    CHECK(world.look().rows.size() == 1);
    CHECK(world.look({"all"}).rows.size() == 1);
}

TEST_CASE("the changed texts, if they are asked for") {
    World world;
    const FakeRegistry::Model moved =
        image("weights of four bits", "Q4_0", "Apache 2.0", "{{ .System }}\n{{ .Prompt }}!");
    const bool with_lock = GENERATE(false, true);
    const bool old_layers_kept = GENERATE(false, true);
    CAPTURE(with_lock, old_layers_kept);
    world.registry.offer("mistral", before);
    world.registry.offer("mistral", moved);
    world.server.install("mistral", as_installed(before));
    if (with_lock) world.lock.models.emplace(ModelName::parse("mistral"), locked(before, "mistral"));
    if (!old_layers_kept) world.registry.lose_blob(before.image().layers[1].digest);
    const upstream::Standing row = world.only(upstream::Texts::fetched);
    REQUIRE(row.texts.size() == 1);
    CHECK(row.texts[0].role == LayerRole::template_text);
    CHECK(std::ranges::find(row.texts[0].lines, "+{{ .System }}") != row.texts[0].lines.end());
    CHECK(change_of(row, LayerRole::weights) == "same");
}

TEST_CASE("a tag that moves between two questions") {
    World world;
    world.registry.offer("mistral", after);
    world.server.install("mistral", as_installed(before));
    world.lock.models.emplace(ModelName::parse("mistral"), locked(before, "mistral"));
    world.registry.before_each_call([&](const FakeRegistry::Call& call) {
        if (call.what == What::image) world.registry.offer("mistral", before); // and back again
    });
    CHECK(world.only().state == State::current);
}

namespace {

// Lets questions through in rounds, as a slow registry does: nobody goes on before all that can come have come.
class Rounds {
public:
    explicit Rounds(std::size_t questions) : left_(questions) {}

    void wait() {
        std::unique_lock lock(mutex_);
        most_ = std::max(most_, ++waiting_);
        if (waiting_ == std::min(at_once, left_)) {
            left_ -= waiting_;
            waiting_ = 0;
            ++rounds_;
            come_.notify_all();
        } else {
            come_.wait(lock, [&, round = rounds_] { return rounds_ != round; });
        }
    }
    std::size_t rounds() const { return rounds_; }
    std::size_t most() const { return most_; }

    static constexpr std::size_t at_once = 20;

private:
    std::mutex mutex_;
    std::condition_variable come_;
    std::size_t left_, waiting_ = 0, most_ = 0, rounds_ = 0;
};

} // namespace

TEST_CASE("40 models take at most six round trips, on a bounded number of connections") {
    World world;
    const bool moved = GENERATE(false, true);
    for (int i = 0; i < 40; ++i) {
        const std::string name = "model" + std::to_string(i);
        world.registry.offer(name, moved ? after : before);
        world.server.install(name, as_installed(before));
    }
    Rounds rounds(moved ? 120 : 40);
    world.registry.before_each_call([&](const FakeRegistry::Call&) { rounds.wait(); });
    CHECK(world.look().count(moved ? State::outdated : State::current) == 40);
    CHECK(rounds.most() == Rounds::at_once);
    CHECK(rounds.rounds() == (moved ? 6 : 2));
}

TEST_CASE("a stop ends it") {
    World world;
    world.server.install("mistral", as_installed(before));
    std::stop_source stop;
    world.registry.before_each_call([&](const FakeRegistry::Call&) { stop.request_stop(); });
    CHECK_THROWS_AS(
        use::gather({}, test::manifest_of(project), {}, {&world.server, world.registry}, {stop.get_token(), {}}),
        Interrupted);
}
