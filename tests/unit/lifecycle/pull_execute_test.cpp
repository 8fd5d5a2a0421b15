#include "support/catch.hpp"
#include "support/fake_server.hpp"
#include "support/hand_clock.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/lifecycle/pull.hpp"

#include <algorithm>

using namespace codemate;
using namespace std::chrono_literals;
namespace use = lifecycle::pull;
using test::FakeServer;
using Call = FakeServer::Call;

namespace {

const char* const project = R"({
  "schema": 1,
  "roles": {"primary": "coder:7b-q4_0", "fallback": "mistral"},
  "models": {"coder:7b-q4_0": {"from": "coder:7b-instruct"}, "coder:pinned": {"from": "coder:base"}, "coder:base": {}}
})";

FakeServer::Model image(const std::string& content, std::uint64_t size = 1'000'000) {
    return FakeServer::model(
        {FakeServer::layer(content, ByteCount(size)), FakeServer::layer("license", ByteCount(100))});
}

// A world: a server, a clock that the server's events move, and what was told.
struct World {
    FakeServer server;
    test::HandClock clock;
    std::vector<Event> events;
    std::stop_source stop;

    World() {
        server.offer("coder:7b-instruct", image("coder"));
        server.offer("coder:base", image("base"));
        server.offer("mistral", image("mistral"));
        server.offer("other", image("other"));
    }

    use::Report pull(const std::vector<std::string>& targets, use::Options options = {}) {
        options.targets = targets;
        use::Ports ports{server, clock};
        ports.wait = [this](Duration span, const Stop&) { clock.advance(span); };
        const Run run{stop.get_token(), [this](const Event& event) { on(event); }};
        const use::Plan plan =
            use::plan(use::gather(options, test::manifest_of(project), nullptr, ports, run), options);
        return use::execute(plan, options, ports, run);
    }

    std::function<void(const Event&)> also = [](const Event&) {};
    void on(const Event& event) {
        events.push_back(event);
        if (event.type == Event::Type::amount && event.done < event.total) clock.advance(60ms); // as the server's ticks
        also(event);
    }

    std::vector<std::string> installed() {
        std::vector<std::string> names;
        for (const ollama::Installed& model : server.installed({}))
            names.push_back(model.name.display());
        return names;
    }
    std::optional<Digest> digest_of(const std::string& name) {
        for (const ollama::Installed& model : server.installed({})) {
            if (model.name == ModelName::parse(name)) return model.digest;
        }
        return std::nullopt;
    }
    std::size_t count(Event::Type type) const {
        return static_cast<std::size_t>(
            std::count_if(events.begin(), events.end(), [&](const Event& event) { return event.type == type; }));
    }
};

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("the required set is pulled, from elsewhere where it says so") {
    World world;
    const use::Report report = world.pull({});
    REQUIRE(report.items.size() == 2);
    CHECK(report.ending == use::Ending::complete);
    CHECK(report.items[0].outcome == use::Outcome::pulled);
    CHECK(report.items[0].digest == image("coder").digest);
    CHECK(report.items[0].size == ByteCount(1'000'100));
    CHECK(report.items[1].fetched == ByteCount(1'000'000)); // the licence was there already
    CHECK(report.items[1].took > 0ms);
    CHECK(world.installed() == Names{"coder:7b-q4_0", "mistral:latest"}); // the helper name is gone
    CHECK(world.server.orphans().empty());
    CHECK(world.count(Event::Type::begin) == 2);
    CHECK(world.count(Event::Type::end) == 2);
}

TEST_CASE("again: nothing is fetched and nothing changes") {
    World world;
    world.pull({});
    const use::Report report = world.pull({});
    CHECK(report.items[0].outcome == use::Outcome::unchanged);
    CHECK(report.items[1].outcome == use::Outcome::unchanged);
    CHECK(report.items[1].fetched == ByteCount(0));
    CHECK(world.installed() == Names{"coder:7b-q4_0", "mistral:latest"});
}

TEST_CASE("a tag that moved is an update, and the old layers do not stay behind") {
    World world;
    world.pull({});
    world.server.offer("coder:7b-instruct", image("coder 2"));
    world.server.offer("mistral", image("mistral 2"));
    const use::Report report = world.pull({});
    CHECK(report.items[0].outcome == use::Outcome::updated);
    CHECK(report.items[0].step.before == image("coder").digest);
    CHECK(report.items[1].outcome == use::Outcome::updated);
    CHECK(world.digest_of("coder:7b-q4_0") == image("coder 2").digest);
    CHECK(world.installed() == Names{"coder:7b-q4_0", "mistral:latest"});
    CHECK(world.server.orphans().empty());
}

TEST_CASE("the source stays if it was there, is declared, or was asked for") {
    World world;
    world.server.install("coder:7b-instruct", image("coder"));
    world.pull({"primary", "coder:pinned"});
    CHECK(world.installed() == Names{"coder:7b-instruct", "coder:7b-q4_0", "coder:base", "coder:pinned"});

    World asked;
    asked.pull({"coder:7b-instruct", "primary"});
    CHECK(asked.installed() == Names{"coder:7b-instruct", "coder:7b-q4_0"});
}

TEST_CASE("a source that somebody else changes meanwhile is neither copied nor removed") {
    World world;
    world.also = [&](const Event& event) {
        if (event.text.starts_with("copying")) world.server.install("coder:7b-instruct", image("coder 2"));
    };
    const use::Report report = world.pull({"primary"});
    CHECK(report.items.at(0).outcome == use::Outcome::failed);
    CHECK(world.digest_of("coder:7b-instruct") == image("coder 2").digest);
    CHECK_FALSE(world.digest_of("coder:7b-q4_0"));
}

TEST_CASE("one that fails does not stop the others, and is told") {
    World world;
    world.server.withdraw("coder:7b-instruct");
    const use::Report report = world.pull({});
    CHECK(report.items[0].outcome == use::Outcome::failed);
    REQUIRE(report.items[0].error);
    CHECK(report.items[0].error->kind() == Kind::not_found);
    CHECK(report.items[0].error->message().starts_with("cannot pull 'coder:7b-q4_0': "));
    CHECK(report.items[1].outcome == use::Outcome::pulled);
    CHECK(report.ending == use::Ending::complete);
    CHECK(world.installed() == Names{"mistral:latest"});
    CHECK(std::count_if(world.events.begin(), world.events.end(), [](const Event& e) { return e.failed; }) == 1);
}

TEST_CASE("a name that is not found gets a suggestion") {
    World world;
    const use::Report report = world.pull({"mistrl"});
    REQUIRE(report.items.at(0).error);
    CHECK(report.items[0].error->hint() == "did you mean 'mistral'?");
}

TEST_CASE("a cut stream and an error of the server are failures of the item") {
    World world;
    world.server.fail_pull("mistral", {.type = FakeServer::Fault::Type::cut});
    world.server.fail_pull("other", {.type = FakeServer::Fault::Type::error,
                                     .text = "write /models/blobs/sha256-1-partial: no space left on device"});
    const use::Report report = world.pull({"mistral", "other"});
    CHECK(report.items[0].error->kind() == Kind::unreachable);
    CHECK(report.items[1].error->kind() == Kind::storage);
    CHECK(world.installed().empty());
}

TEST_CASE("a stop ends the item, the others are not started, and what ran is told to its end") {
    World world;
    world.also = [&](const Event& event) {
        if (event.type == Event::Type::amount && event.done.count() > 0) world.stop.request_stop();
    };
    const use::Report report = world.pull({});
    CHECK(report.ending == use::Ending::interrupted);
    CHECK(report.items[0].outcome == use::Outcome::interrupted);
    CHECK(report.items[1].outcome == use::Outcome::not_started);
    CHECK(world.count(Event::Type::begin) == world.count(Event::Type::end));
    CHECK(world.installed().empty());
}

TEST_CASE("a stalled pull is ended by a stop") {
    World world;
    world.server.fail_pull("mistral", {.type = FakeServer::Fault::Type::stall});
    world.also = [&](const Event& event) {
        if (event.type == Event::Type::amount) world.stop.request_stop();
    };
    CHECK(world.pull({"mistral"}).ending == use::Ending::interrupted);
}

TEST_CASE("a stop before the first item starts nothing") {
    World world;
    use::Plan plan;
    plan.steps.push_back({ModelName::parse("mistral"), ModelName::parse("mistral")});
    world.stop.request_stop();
    const use::Report report = use::execute(plan, {}, {world.server, world.clock},
                                            {world.stop.get_token(), [&](const Event& e) { world.on(e); }});
    CHECK(report.items.at(0).outcome == use::Outcome::interrupted);
    CHECK(world.server.fetched() == ByteCount(0));
}

TEST_CASE("from a registry that stands in for the public one, under the proper names") {
    World world;
    world.server.offer("127.0.0.1:5000/library/mistral", image("mistral"));
    world.server.offer("127.0.0.1:5000/library/coder:7b-instruct", image("coder"));
    use::Options options;
    options.registry = http::Url::parse("http://127.0.0.1:5000");
    const use::Report report = world.pull({}, options);
    CHECK(report.items[0].outcome == use::Outcome::pulled);
    CHECK(report.items[1].outcome == use::Outcome::pulled);
    CHECK(world.installed() == Names{"coder:7b-q4_0", "mistral:latest"});
    for (const Call& call : world.server.calls()) {
        if (call.what == Call::What::pull) CHECK(call.transport == ollama::Transport::plain_http);
    }
}

TEST_CASE("a helper name that cannot be removed is a note, not a failure") {
    World world;
    world.server.fail(Call::What::remove, Error(Kind::failed, "remove denied"));
    const use::Report report = world.pull({"primary"});
    CHECK(report.items.at(0).outcome == use::Outcome::pulled);
    CHECK(world.count(Event::Type::note) == 1);
    CHECK(world.installed() == Names{"coder:7b-instruct", "coder:7b-q4_0"});
}

TEST_CASE("a stop that comes when the content is there leaves no helper name behind") {
    World world;
    world.also = [&](const Event& event) {
        if (event.text.starts_with("copying")) world.stop.request_stop();
    };
    const use::Report report = world.pull({});
    CHECK(report.items.at(0).outcome == use::Outcome::pulled);
    CHECK(report.items.at(1).outcome == use::Outcome::interrupted);
    CHECK(world.installed() == Names{"coder:7b-q4_0"});
}
