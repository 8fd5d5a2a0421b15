#include "support/catch.hpp"
#include "support/fake_registry.hpp"
#include "support/fake_relays.hpp"

#include <functional>

// The double of relays is what use cases are tried on: that it behaves as a server does that pulls from a real one.

using namespace codemate;
using codemate::test::FakeRegistry;
using codemate::test::FakeRelays;
using codemate::test::FakeServer;

namespace {

const ModelName place = ModelName::parse("registry.corp:5000/team/mistral");

struct World {
    FakeServer server;
    FakeRelays relays{server};
    Image image =
        FakeRegistry::model(R"({"model_format":"gguf"})", {{"model", "weights"}, {"template", "{{ .Prompt }}"}})
            .image();

    relay::Offer offer(std::optional<std::string> open = {}) const {
        relay::Offer made{image, ModelName::parse("mistral:7b"), {}};
        for (const Layer& blob : image.blobs())
            made.sources.insert_or_assign(blob.digest, relay::Source{place, open});
        return made;
    }
    static relay::Options options() {
        relay::Options options;
        options.owner = "codemate-secret";
        options.probe_owner = "codemate-probe";
        return options;
    }
    void pull(const ModelName& name, const std::function<void(const ollama::PullEvent&)>& look = {}) {
        const auto end = server.pull(name, ollama::Transport::plain_http,
                                     [&](const ollama::PullEvent& event) {
                                         if (look) look(event);
                                         return ollama::Flow::go_on;
                                     },
                                     {});
        CHECK(end == ollama::PullEnd::success);
    }
};

Error error_of(const std::function<void()>& act) {
    try {
        act();
    } catch (const Error& error) {
        return error;
    }
    return {Kind::defect, "nothing was thrown"};
}

} // namespace

TEST_CASE("what a fake relay offers can be pulled, with exactly its digest") {
    World world;
    const auto relay = world.relays.open(world.offer(), World::options());
    CHECK(relay->name().display() == "127.0.0.1:41234/codemate-secret/mistral:7b");
    CHECK_FALSE(relay->reached());
    world.pull(relay->name());
    CHECK(relay->reached());
    const auto installed = world.server.installed({});
    REQUIRE(installed.size() == 1);
    CHECK(installed.front().digest == world.image.digest);
    CHECK(installed.front().size == world.image.distinct_size());
    CHECK(relay->traffic().manifests == 1);
    CHECK(relay->traffic().carried == world.image.distinct_size());
    CHECK(relay->traffic().carried_requests == 3);
}

TEST_CASE("a fake relay's probe is reached and leaves nothing; where the server does not get, neither does it") {
    World world;
    {
        const auto relay = world.relays.open(world.offer(), World::options());
        const Error error = error_of([&] { world.pull(relay->probe()); });
        CHECK(error.kind() == Kind::not_found);
        CHECK(relay->reached());
        CHECK(world.server.installed({}).empty());
    }
    auto options = World::options();
    options.address = "192.168.1.2";
    const auto relay = world.relays.open(world.offer(), options);
    CHECK(error_of([&] { world.pull(relay->probe()); }).kind() == Kind::unreachable);
    CHECK_FALSE(relay->reached());
    world.relays.bindable({"127.0.0.1"});
    CHECK(error_of([&] { world.relays.open(world.offer(), options); }).kind() == Kind::unreachable);
}

TEST_CASE("blobs without a source: of those that the server has nobody asks") {
    World world;
    auto offer = world.offer();
    offer.sources.erase(Digest::of("weights"));
    {
        const auto relay = world.relays.open(offer, World::options());
        CHECK(error_of([&] { world.pull(relay->name()); }).kind() == Kind::not_found);
    }
    world.server.install("other", {.digest = Digest::of("m"), .layers = {FakeServer::layer("weights", ByteCount(7))}});
    const auto relay = world.relays.open(offer, World::options());
    world.pull(relay->name());
    CHECK(world.server.installed({}).size() == 2);
}

TEST_CASE("names go with their fake relay") {
    World world;
    const ModelName name = world.relays.open(world.offer(), World::options())->name();
    const Error error = error_of([&] { world.pull(name); });
    CHECK(error.kind() == Kind::unreachable);
    CHECK(error.message().find("connection refused") != std::string::npos);
    CHECK(world.relays.opened().at(0).closed);
}

TEST_CASE("redirects that lead nowhere end a pull without a byte, until everything is carried") {
    World world;
    world.relays.lose_redirects();
    const auto relay = world.relays.open(world.offer("https://registry.corp:5000/v2/x"), World::options());
    const Error error = error_of([&] {
        world.pull(relay->name(), [&](const ollama::PullEvent& event) {
            if (event.layer) relay->carry_everything(); // too late for the blob in hand, as with a real server
        });
    });
    CHECK(error.kind() == Kind::unreachable);
    CHECK(world.server.fetched() == ByteCount());
    CHECK(relay->traffic().redirected == 1);
    world.pull(relay->name());
    CHECK(relay->traffic().carried == world.image.distinct_size());
    CHECK(world.relays.opened().at(0).carried_everything);
}

TEST_CASE("a limit carries; what fails at the source is told") {
    World world;
    auto options = World::options();
    options.rate = ByteCount(1000);
    world.relays.fail_carrying(Error(Kind::unauthorised, "no"));
    const auto relay = world.relays.open(world.offer("https://registry.corp:5000/v2/x"), options);
    CHECK(error_of([&] { world.pull(relay->name()); }).kind() == Kind::unreachable);
    REQUIRE(relay->failure());
    CHECK(relay->failure()->kind() == Kind::unauthorised);
    CHECK(relay->traffic().redirected == 0);
}
