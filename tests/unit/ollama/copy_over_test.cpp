#include "support/catch.hpp"
#include "support/fake_server.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/grace.hpp"

#include <algorithm>

using namespace codemate;
using namespace codemate::ollama;
using test::FakeServer;
using What = FakeServer::Call::What;

namespace {

const ModelName source = ModelName::parse("127.0.0.1:5500/library/new:1");
const ModelName destination = ModelName::parse("mistral:latest");
const ModelName spare = ModelName::parse("mistral:latest.spare");

const FakeServer::Layer shared = FakeServer::layer("licence", ByteCount(10));
const FakeServer::Model fresh = FakeServer::model({FakeServer::layer("new weights", ByteCount(5000)), shared});
const FakeServer::Model old = FakeServer::model({FakeServer::layer("old weights", ByteCount(4000)), shared});

struct World {
    FakeServer server;

    World() { server.install(source.display(), fresh); }
    World& with_old() {
        server.install(destination.display(), old);
        return *this;
    }

    std::optional<Error> run(Stop stop = {}) {
        try {
            copy_over(server, source, destination, spare, server.installed({}), std::move(stop));
        } catch (const Error& error) {
            return error;
        }
        return std::nullopt;
    }

    std::optional<Digest> digest_of(const ModelName& name) {
        const auto list = server.installed({});
        const auto found = std::ranges::find(list, name, &Installed::name);
        return found == list.end() ? std::nullopt : found->digest;
    }

    std::size_t changes() const {
        const auto calls = server.calls();
        return static_cast<std::size_t>(std::ranges::count_if(
            calls, [](const auto& call) { return call.what == What::copy || call.what == What::remove; }));
    }
};

} // namespace

TEST_CASE("copying to a name that nobody has") {
    World world;
    CHECK_FALSE(world.run());
    CHECK(world.digest_of(destination) == fresh.digest);
    CHECK(world.digest_of(source) == fresh.digest);
    CHECK(world.changes() == 1);
}

TEST_CASE("a copy that is there already needs nothing") {
    World world;
    world.server.install(destination.display(), fresh);
    CHECK_FALSE(world.run());
    CHECK(world.changes() == 0);
    CHECK_NOTHROW(copy_over(world.server, source, source, spare, world.server.installed({}), {}));
    CHECK(world.changes() == 0);
}

TEST_CASE("replacing leaves the new one, no helper name and no orphan") {
    World world;
    world.with_old();
    CHECK_FALSE(world.run());
    CHECK(world.digest_of(destination) == fresh.digest);
    CHECK_FALSE(world.digest_of(spare));
    CHECK(world.server.orphans().empty());
    CHECK(world.server.blobs().size() == 2);
}

TEST_CASE("the name's spelling on the server is kept") {
    World world;
    world.server.install("Mistral:Latest", old);
    CHECK_FALSE(world.run());
    CHECK(world.digest_of(ModelName::parse("Mistral:Latest")) == fresh.digest);
    CHECK_FALSE(world.digest_of(spare));
    CHECK(world.server.orphans().empty());
}

TEST_CASE("whatever step fails, the old one is back under its name") {
    struct Row {
        What what;
        int after;
        bool spare_stays;
    };
    const auto row = GENERATE(values<Row>({
        {What::copy, 0, false},      // old to spare
        {What::copy, 1, false},      // new over old
        {What::installed, 1, false}, // the look at the spare (the first list is the caller's)
        {What::installed, 2, false}, // the look at the copy
    }));
    CAPTURE(static_cast<int>(row.what), row.after);
    World world;
    world.with_old();
    world.server.fail(row.what, Error(Kind::storage, "the disk is full"), row.after);
    const auto error = world.run();
    REQUIRE(error);
    CHECK(error->kind() == Kind::storage);
    CHECK(world.digest_of(destination) == old.digest);
    CHECK(world.digest_of(source) == fresh.digest);
    CHECK(world.digest_of(spare).has_value() == row.spare_stays);
    CHECK(world.server.orphans().empty());
}

TEST_CASE("a helper name that cannot be removed does not undo an exchange that has succeeded") {
    World world;
    world.with_old();
    world.server.fail(What::remove, Error(Kind::storage, "the disk is full"));
    CHECK_FALSE(world.run());
    CHECK(world.digest_of(destination) == fresh.digest);
    CHECK(world.digest_of(spare) == old.digest);
}

TEST_CASE("a step back that fails is told, and the old one is kept under the helper name") {
    World world;
    world.with_old();
    world.server.fail(What::copy, Error(Kind::storage, "first"), 1);
    world.server.fail(What::copy, Error(Kind::storage, "second"), 1); // counts the calls that the first lets through
    const auto error = world.run();
    REQUIRE(error);
    CHECK(error->message() == "first");
    REQUIRE(error->notes().size() == 1);
    CHECK(error->notes().front() ==
          "the former 'mistral:latest' is kept as 'mistral:latest.spare'; it could not be put back: second");
    CHECK(world.digest_of(spare) == old.digest);
}

TEST_CASE("a copy with another digest is undone") {
    World world;
    world.server.garble_copy_to(destination.display());
    SECTION("of a new name") {
        const auto error = world.run();
        REQUIRE(error);
        CHECK(error->kind() == Kind::damaged);
        CHECK_FALSE(world.digest_of(destination));
    }
    SECTION("over an old one") {
        world.with_old();
        const auto error = world.run();
        REQUIRE(error);
        CHECK(error->kind() == Kind::damaged);
        CHECK(world.digest_of(destination) == old.digest);
        CHECK_FALSE(world.digest_of(spare));
    }
}

TEST_CASE("a helper name that is taken is left alone") {
    World world;
    world.with_old();
    world.server.install(spare.display(), old);
    const auto error = world.run();
    REQUIRE(error);
    CHECK(error->kind() == Kind::refused);
    CHECK(world.changes() == 0);
}

TEST_CASE("without the source nothing is done") {
    World world;
    world.server.remove(source, {});
    world.with_old();
    const auto error = world.run();
    REQUIRE(error);
    CHECK(error->kind() == Kind::not_found);
    CHECK(world.digest_of(destination) == old.digest);
}

TEST_CASE("a stop before the first change changes nothing, one after it leaves the steps their grace") {
    // Stops as soon as the first change has been made.
    struct Stopping final : Server {
        FakeServer& inner;
        std::stop_source& stop;
        Stopping(FakeServer& server, std::stop_source& source_of_stop) : inner(server), stop(source_of_stop) {}
        std::string version(Stop given) override { return inner.version(std::move(given)); }
        std::vector<Installed> installed(Stop given) override { return inner.installed(std::move(given)); }
        std::vector<Running> running(Stop given) override { return inner.running(std::move(given)); }
        Shown show(const ModelName& name, Stop given) override { return inner.show(name, std::move(given)); }
        bool has_blob(const Digest& digest, Stop given) override { return inner.has_blob(digest, std::move(given)); }
        PullEnd pull(const ModelName& name, Transport transport, const std::function<Flow(const PullEvent&)>& sink,
                     Stop given) override {
            return inner.pull(name, transport, sink, std::move(given));
        }
        Generated generate(const Prompt& prompt, const std::function<Flow(const Chunk&)>& sink, Stop given) override {
            return inner.generate(prompt, sink, std::move(given));
        }
        Embedded embed(const Passage& passage, Stop given) override { return inner.embed(passage, std::move(given)); }
        void load(const ModelName& name, const LoadOptions& options, Stop given) override {
            inner.load(name, options, std::move(given));
        }
        void unload(const ModelName& name, Stop given) override { inner.unload(name, std::move(given)); }
        void copy(const ModelName& from, const ModelName& to, Stop given) override {
            inner.copy(from, to, std::move(given));
            stop.request_stop();
        }
        void remove(const ModelName& name, Stop given) override { inner.remove(name, std::move(given)); }
    };
    World world;
    world.with_old();
    std::stop_source stop;
    SECTION("before") {
        stop.request_stop();
        CHECK_THROWS_AS(world.run(stop.get_token()), Interrupted);
        CHECK(world.changes() == 0);
    }
    SECTION("after") {
        Stopping server(world.server, stop);
        const Grace grace(stop.get_token(), std::chrono::hours(1));
        copy_over(server, source, destination, spare, server.installed({}), grace.stop());
        CHECK(world.digest_of(destination) == fresh.digest);
        CHECK_FALSE(world.digest_of(spare));
    }
}
