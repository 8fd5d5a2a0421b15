#include "support/catch.hpp"
#include "support/fake_registry.hpp"

#include "codemate/registry/patient.hpp"

#include <stop_token>
#include <string>
#include <vector>

// Look-ups that are tried again.

using namespace codemate;
using namespace std::chrono_literals;
namespace use = registry;
using test::FakeRegistry;
using What = FakeRegistry::Call::What;

namespace {

const ModelName mistral = ModelName::parse("mistral"), other = ModelName::parse("gemma:7b"),
                at_lan = ModelName::parse("lan:5000/library/mistral");
const Error failed(Kind::unreachable, "registry.corp failed (500)");
const Error not_reached(Kind::unreachable, "nothing is listening on https://registry.corp:443");

struct World {
    World() {
        for (const auto* name : {"mistral", "gemma:7b", "lan:5000/library/mistral"})
            inner.offer(name, FakeRegistry::model("{}", {{"model", name}}));
    }
    use::Patience patience(int retries = 5) {
        use::Patience patience;
        patience.retries = retries;
        patience.wait = [this](Duration span, const Stop& stop) {
            throw_if_stopped(stop);
            waits.push_back(span);
        };
        patience.note = [this](const std::string& text) { notes.push_back(text); };
        return patience;
    }
    std::string message_of(registry::Registry& registry, const ModelName& name) {
        try {
            registry.digest(name, {});
        } catch (const Error& error) {
            return error.message();
        }
        return {};
    }

    FakeRegistry inner;
    std::vector<Duration> waits;
    std::vector<std::string> notes;
};

} // namespace

TEST_CASE("what a registry fails to answer is asked again, and said once") {
    World world;
    const auto [error, first] =
        GENERATE(table<Error, Duration>({{failed, 1s},
                                         {Error(Kind::busy, "429"), 1s},
                                         {Error(Kind::busy, "503").retry_after(7s), 7s},
                                         {Error(Kind::unreachable, "x closed the connection without an answer"), 1s},
                                         {Error(Kind::unreachable, "the connection to x was cut after 3 bytes"), 1s}}));
    INFO(error.message());
    const auto registry = use::patient(world.inner, world.patience());
    const Digest served = world.inner.image(mistral, {}).digest;
    world.inner.fail(What::image, error, 0, 2);
    CHECK(registry->image(mistral, {}).digest == served);
    REQUIRE(world.waits.size() == 2);
    CHECK(world.waits.front() == first);
    REQUIRE(world.notes.size() == 1);
    CHECK(world.notes.front().starts_with(error.message() + "; trying again in "));
}

TEST_CASE("each kind of look-up is tried again, and the reading of a blob is not") {
    World world;
    const Image image = world.inner.image(mistral, {});
    const Digest weights = image.layers.front().digest;
    const auto registry = use::patient(world.inner, world.patience());
    for (const What what : {What::digest, What::image_by_digest, What::find_blob, What::blob, What::blob_head})
        world.inner.fail(what, failed);
    CHECK(registry->digest(mistral, {}) == image.digest);
    CHECK_NOTHROW(registry->image(mistral, image.digest, {}));
    CHECK(registry->find_blob(mistral, weights, {}));
    CHECK(registry->blob(mistral, weights, ByteCount(100), {}) == "mistral");
    CHECK(registry->blob_head(mistral, weights, ByteCount(4), {}) == "mist");
    CHECK(world.waits.size() == 5);
    world.inner.fail(What::read_blob, failed);
    CHECK_THROWS_AS(registry->read_blob(mistral, weights, {0, 1}, [](auto) { return http::Flow::go_on; }, {}), Error);
    CHECK(world.waits.size() == 5);
}

TEST_CASE("what asking again does not mend is not asked again") {
    World world;
    const auto error = GENERATE(
        values<Error>({Error(Kind::not_found, "x"), Error(Kind::damaged, "x"), Error(Kind::unauthorised, "x"),
                       Error(Kind::protocol, "x"), not_reached, Error(Kind::unreachable, "cannot find the host 'x'"),
                       Error(Kind::unreachable, "http://x did not answer within 30 s")}));
    INFO(error.message());
    const auto registry = use::patient(world.inner, world.patience());
    world.inner.fail(What::digest, error);
    CHECK(world.message_of(*registry, mistral) == error.message());
    CHECK(world.inner.count(What::digest) == 1);
    CHECK(world.waits.empty());
    CHECK(world.notes.empty());
}

TEST_CASE("a host that was not reached is not asked for the other models") {
    World world;
    world.inner.fail(What::digest, not_reached);
    SECTION("each name at its host") {
        const auto registry = use::patient(world.inner, world.patience());
        CHECK(world.message_of(*registry, mistral) == not_reached.message());
        CHECK(world.message_of(*registry, other) == not_reached.message());
        CHECK(world.message_of(*registry, at_lan).empty());
        CHECK(world.inner.count(What::digest) == 2);
    }
    SECTION("all at one place") {
        use::Patience patience = world.patience();
        patience.one_place = true;
        const auto registry = use::patient(world.inner, patience);
        CHECK(world.message_of(*registry, mistral) == not_reached.message());
        CHECK(world.message_of(*registry, at_lan) == not_reached.message());
        CHECK(world.inner.count(What::digest) == 1);
    }
}

TEST_CASE("after waiting in vain each question is asked once, until one is answered") {
    World world;
    const auto registry = use::patient(world.inner, world.patience(2));
    world.inner.fail(What::digest, failed, 0, 4);
    CHECK(world.message_of(*registry, mistral) == failed.message());
    CHECK(world.waits.size() == 2);
    CHECK(world.message_of(*registry, other) == failed.message());
    CHECK(world.waits.size() == 2);
    CHECK(world.message_of(*registry, other).empty());
    world.inner.fail(What::digest, failed);
    CHECK(world.message_of(*registry, mistral).empty());
    CHECK(world.waits.size() == 3);
}

TEST_CASE("a stop ends the waiting, and no retries are none") {
    World world;
    world.inner.fail(What::digest, failed, 0, 2);
    std::stop_source stop;
    stop.request_stop();
    auto patience = world.patience();
    patience.wait = [&](Duration, const Stop&) { throw_if_stopped(stop.get_token()); };
    CHECK_THROWS_AS(use::patient(world.inner, patience)->digest(mistral, {}), Interrupted);
    CHECK(world.message_of(*use::patient(world.inner, world.patience(0)), mistral) == failed.message());
    CHECK(world.waits.empty());
}
