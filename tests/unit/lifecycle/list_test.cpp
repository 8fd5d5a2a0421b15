#include "support/catch.hpp"
#include "support/fake_server.hpp"
#include "support/hand_clock.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/lifecycle/list.hpp"
#include "codemate/lifecycle/prune.hpp"
#include "codemate/rules/own_names.hpp"

#include <stdexcept>

using namespace codemate;
namespace use = lifecycle::list;
using test::FakeServer;

namespace {

const char* const project = R"({
  "schema": 1,
  "roles": {"primary": "coder:7b", "embedding": "coder:7b", "fallback": "mistral"},
  "groups": {"all-free": ["default", "chat"], "big": ["all-free", "coder:32b"]},
  "protected": ["mistral"],
  "models": {"chat": {"about": {"stated": {"size": "4.1GB"}}}, "coder:32b": {"about": {"stated": {"size": "18GB"}}}}
})";

use::Facts facts_of(FakeServer& server) {
    const test::HandClock clock;
    return use::gather({}, test::manifest_of(project), {server, clock}, {});
}

std::vector<std::string> names(const use::Report& report) {
    std::vector<std::string> all;
    for (const use::Row& row : report.rows)
        all.push_back(row.name.display());
    return all;
}

FakeServer::Model sized(const std::string& content, std::uint64_t size) {
    return FakeServer::model({FakeServer::layer(content, ByteCount(size))});
}

} // namespace

TEST_CASE("installed models with what the manifest says of them") {
    FakeServer server;
    server.install("Mistral:7b", sized("a", 10));
    server.install("coder:7b", sized("b", 30));
    server.install("mistral-nemo", sized("c", 20));
    const use::Facts facts = facts_of(server);
    const use::Report report = use::examine(facts, {});
    CHECK(names(report) == std::vector<std::string>{"Mistral:7b", "coder:7b", "mistral-nemo:latest"});
    CHECK(report.rows[0].is_protected);
    CHECK(report.rows[0].roles.empty());
    CHECK(report.rows[0].declared == nullptr);
    CHECK(report.rows[1].roles == std::vector<std::string>{"primary", "embedding"});
    CHECK(report.rows[1].groups == std::vector<std::string>{"all-free", "big"});
    CHECK_FALSE(report.rows[2].is_protected);
    CHECK(report.size == ByteCount(60));
}

TEST_CASE("codemate's own names are not shown") {
    FakeServer server;
    server.install("coder:7b", sized("b", 30));
    server.install("coder:7b.codemate-20261122t120000z-0123456789ab", sized("a", 10));
    server.install("coder:codemate-like", sized("a", 10));
    const use::Facts facts = facts_of(server);
    const use::Report report = use::examine(facts, {});
    CHECK(names(report) == std::vector<std::string>{"coder:7b", "coder:codemate-like"});
    CHECK(report.hidden == 1);
}

TEST_CASE("a filter leaves rows out") {
    FakeServer server;
    for (const char* name : {"coder:7b", "coder:32b", "chat"})
        server.install(name, sized(name, 1));
    const use::Facts facts = facts_of(server);
    use::Options options;
    options.filter = "CODER";
    CHECK(names(use::examine(facts, options)) == std::vector<std::string>{"coder:32b", "coder:7b"});
}

TEST_CASE("orders") {
    FakeServer server;
    const Time day{std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)};
    server.set_now(day);
    for (const auto& [name, size, age] : {std::tuple{"b", 1, 3}, std::tuple{"a", 2, 1}, std::tuple{"c", 2, 2}}) {
        FakeServer::Model model = sized(name, static_cast<std::uint64_t>(size));
        model.modified = day - std::chrono::hours(age);
        server.install(name, model);
    }
    const use::Facts facts = facts_of(server);
    use::Options options;
    CHECK(names(use::examine(facts, options)) == std::vector<std::string>{"a:latest", "b:latest", "c:latest"});
    options.sort = use::SortKey::size;
    CHECK(names(use::examine(facts, options)) == std::vector<std::string>{"a:latest", "c:latest", "b:latest"});
    options.sort = use::SortKey::modified;
    CHECK(names(use::examine(facts, options)) == std::vector<std::string>{"a:latest", "c:latest", "b:latest"});
}

TEST_CASE("available is what is declared and not installed, whatever its case") {
    FakeServer server;
    server.install("Coder:7B", sized("b", 30));
    const use::Facts facts = facts_of(server);
    use::Options options;
    options.which = use::Which::available;
    CHECK(names(use::examine(facts, options)) ==
          std::vector<std::string>{"chat:latest", "coder:32b", "mistral:latest"});
    options.sort = use::SortKey::size; // as stated
    const use::Report report = use::examine(facts, options);
    CHECK(names(report) == std::vector<std::string>{"coder:32b", "chat:latest", "mistral:latest"});
    CHECK_FALSE(report.rows[0].installed);
    REQUIRE(report.rows[0].declared != nullptr);
    CHECK(report.rows[0].declared->about.stated.size == "18GB");
}

namespace {

// What each keeper keeps, and what none does.
struct Unused {
    FakeServer server;
    test::HandClock clock;
    use::Options options{.which = use::Which::unused};
    std::vector<state::RequiredSet> elsewhere{{"http://s", "/other/codemate.json", {ModelName::parse("theirs")}, {}}};

    Unused() {
        for (const char* name : {"coder:7b", "coder:32b", "mistral:latest", "mistral-nemo:latest", "chat:latest",
                                 "theirs:latest", "busy:latest", "new:1b", "NEW:1b", "stub:1b-cloud"})
            server.install(name, sized(name, 10));
        server.load("busy:latest", 4096);
        server.install(snapshot_made(std::chrono::days(20)), sized("old", 10));
        server.install(snapshot_made(std::chrono::days(13)), sized("young", 10));
        server.install("127.0.0.1:4/codemate-0123456789abcdef0123456789abcdef/chat:latest", sized("relay", 10));
    }

    std::string snapshot_made(Duration ago) const {
        return rules::snapshot_name(ModelName::parse("mistral"), clock.now() - ago, Digest()).display();
    }

    use::Facts gather() {
        return use::gather(options, test::manifest_of(project), {server, clock, [&] { return elsewhere; }}, {});
    }
};

} // namespace

TEST_CASE("unused is what nothing keeps: what prune would take") {
    Unused world;
    const std::string old = world.snapshot_made(std::chrono::days(20));
    const use::Facts facts = world.gather();
    const use::Report report = use::examine(facts, world.options);
    const std::string left = "127.0.0.1:4/codemate-0123456789abcdef0123456789abcdef/chat:latest"; // by a run
    CHECK(names(report) == std::vector<std::string>{left, "mistral-nemo:latest", old});
    CHECK(report.hidden == 1); // the young snapshot
    CHECK(report.size == ByteCount(30));
    CHECK_FALSE(report.rows[2].is_protected); // though its name begins as a protected one
    CHECK(report.loaded_is_known);

    world.options.optional_too = true;
    const use::Report more = use::examine(facts, world.options);
    CHECK(names(more) == std::vector<std::string>{left, "chat:latest", "coder:32b", "mistral-nemo:latest", old});
    REQUIRE(more.rows[1].kept_by.size() == 1);
    CHECK(more.rows[1].kept_by[0].why == rules::KeepReason::Why::declared);

    for (const bool optional_too : {false, true}) {
        world.options.optional_too = optional_too;
        lifecycle::prune::Facts same{{facts.manifest}, facts.elsewhere, facts.installed, facts.running};
        same.now = facts.now;
        lifecycle::prune::Options as_prune;
        as_prune.optional_too = optional_too;
        std::vector<std::string> pruned;
        for (const ollama::Installed& model : lifecycle::prune::candidates(same, as_prune))
            pruned.push_back(model.name.display());
        CHECK(names(use::examine(facts, world.options)) == pruned);
    }
}

TEST_CASE("unused models by filter and order") {
    Unused world;
    world.options.filter = "mistral-";
    CHECK(names(use::examine(world.gather(), world.options)) == std::vector<std::string>{"mistral-nemo:latest"});
    world.options.filter = "coder";
    CHECK(use::examine(world.gather(), world.options).rows.empty());
}

TEST_CASE("a server that does not say what is loaded") {
    Unused world;
    world.server.fail(FakeServer::Call::What::running, Error(Kind::failed, "an answer of another form"), 0, 9);
    const use::Report report = use::examine(world.gather(), world.options);
    CHECK_FALSE(report.loaded_is_known);
    CHECK(names(report).at(1) == "busy:latest");
}

TEST_CASE("what is installed is listed by one question to the server, and without a look at other projects") {
    Unused world;
    world.options = {};
    const auto asked = [&]() -> std::vector<state::RequiredSet> { throw std::logic_error("asked"); };
    const use::Facts facts =
        use::gather(world.options, test::manifest_of(project), {world.server, world.clock, asked}, {});
    CHECK(use::examine(facts, world.options).rows.size() == 10);
    CHECK(world.server.calls() == std::vector<FakeServer::Call>{{FakeServer::Call::What::installed}});
}
