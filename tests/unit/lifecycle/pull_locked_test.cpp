#include "support/catch.hpp"
#include "unit/lifecycle/pull_world.hpp"

#include "codemate/rules/own_names.hpp"

#include <algorithm>

// pull beside a lock, by the ways that need no relay.

using namespace codemate;
using namespace std::chrono_literals;
namespace use = lifecycle::pull;
using test::as_installed;
using test::FakeRegistry;
using test::FakeServer;
using test::image;
using Call = FakeServer::Call;
using Do = use::Step::Do;
using use::Outcome;

using test::code;
using test::coder;
using test::mistral;
using test::new_digest;
using test::old_digest;
using World = test::PullWorld;
const auto& before = test::before;
const auto& after = test::after;

TEST_CASE("first use of a declared model becomes its pin") {
    World world;
    const use::Item item = world.pull();
    CHECK(item.outcome == Outcome::pulled);
    CHECK(item.locked_now);
    CHECK_FALSE(item.error);
    const manifest::Locked entry = world.file.read().models.at(mistral);
    CHECK(entry.digest == old_digest);
    CHECK(entry.bytes == before.manifest);
    CHECK(entry.source == mistral);
    CHECK(entry.quantization == "Q4_0");
    CHECK(std::ranges::any_of(world.events, [](const Event& event) { return event.text.ends_with("(first use)"); }));
}

TEST_CASE("first use of a model whose content comes from another name") {
    World world;
    CHECK(world.pull({"coder:7b-q4_0"}).locked_now);
    const manifest::Lock lock = world.file.read();
    REQUIRE(lock.find(coder) != nullptr);
    CHECK(lock.find(coder)->source.display() == "coder:7b-instruct-q4_0");
    CHECK(lock.models.size() == 1);
}

TEST_CASE("undeclared models leave no trace, and --locked writes nothing") {
    World world;
    world.serve("other", after);
    CHECK(world.pull({"other"}).outcome == Outcome::pulled);
    CHECK(world.pull({"other"}, true).outcome == Outcome::unchanged);
    CHECK_FALSE(world.file.exists());
    // Its manifest, each time, for what there is to fetch.
    CHECK(world.registry.count(FakeRegistry::Call::What::image) == 2);
    CHECK(world.registry.calls().size() == 2);
}

TEST_CASE("--locked refuses a declared model without an entry before anything is fetched") {
    World world;
    const use::Item item = world.pull({}, true);
    CHECK(item.outcome == Outcome::failed);
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::check);
    CHECK(world.calls(Call::What::pull) == 0);
    CHECK_FALSE(world.file.exists());
}

TEST_CASE("way 1: installed at its pin, one question to the server and none to a registry") {
    World world;
    world.pin_mistral();
    world.server.install("mistral", as_installed(before));
    world.registry.forget_calls();
    world.serve("mistral", after);
    const use::Item item = world.pull({}, GENERATE(false, true));
    CHECK(item.step.what == Do::nothing);
    CHECK(item.outcome == Outcome::unchanged);
    CHECK(item.digest == old_digest);
    CHECK(item.size == before.image().size());
    CHECK(world.server.calls().size() == 1); // what is installed
    CHECK(world.registry.calls().empty());
}

TEST_CASE("way 2: the pinned content is installed under another name") {
    World world;
    world.pin_mistral();
    world.server.install("backup:x", as_installed(before));
    world.serve("mistral", after); // gone upstream
    const use::Item item = world.pull();
    CHECK(item.step.what == Do::copy_installed);
    CHECK(item.outcome == Outcome::copied);
    CHECK(item.fetched == ByteCount(0));
    CHECK(world.digest_of(mistral) == old_digest);
    CHECK(world.digest_of(ModelName::parse("backup:x")) == old_digest);
    CHECK(world.calls(Call::What::pull) == 0);
    CHECK(world.snapshots().empty());
}

TEST_CASE("way 2 over another content: that is kept as a snapshot") {
    World world;
    world.pin_mistral();
    world.server.install("backup:x", as_installed(before));
    world.server.install("mistral", as_installed(after));
    const use::Item item = world.pull();
    CHECK(item.outcome == Outcome::copied);
    CHECK(world.digest_of(mistral) == old_digest);
    REQUIRE(world.snapshots().size() == 1);
    CHECK(item.kept_as == world.snapshots());
    CHECK(world.digest_of(world.snapshots().front()) == new_digest);
    CHECK(world.server.orphans().empty());
}

TEST_CASE("way 2: a holder that changes between plan and copy is not copied") {
    World world;
    world.pin_mistral();
    world.server.install("backup:x", as_installed(before));
    const use::Plan plan = world.plan();
    world.server.install("backup:x", as_installed(after));
    const use::Report report = use::execute(plan, {}, world.ports(), world.run());
    CHECK(report.items.at(0).outcome == Outcome::failed);
    CHECK_FALSE(world.digest_of(mistral));
}

TEST_CASE("way 3: the tag still serves the pin") {
    World world;
    world.pin_mistral();
    const use::Item item = world.pull({}, GENERATE(false, true));
    CHECK(item.outcome == Outcome::pulled);
    CHECK_FALSE(item.locked_now);
    CHECK(world.digest_of(mistral) == old_digest);
    CHECK(world.snapshots().empty());
}

TEST_CASE("way 3 over another content: that is kept as a snapshot") {
    World world;
    world.pin_mistral();
    world.server.install("mistral", as_installed(after));
    const use::Item item = world.pull();
    CHECK(item.outcome == Outcome::updated);
    CHECK(item.step.before == new_digest);
    REQUIRE(world.snapshots().size() == 1);
    CHECK(world.digest_of(world.snapshots().front()) == new_digest);
    CHECK(item.kept_as == world.snapshots());
}

TEST_CASE("a tag that has moved from a content whose manifest nobody knows: what changed is told, nothing is done") {
    World world;
    world.pin_mistral();
    world.file.update([](manifest::Lock& lock) { lock.models.at(mistral).bytes.reset(); }, {});
    world.serve("mistral", after);
    if (GENERATE(false, true)) world.server.install("mistral", as_installed(after));
    const auto installed = world.digest_of(mistral);
    const use::Item item = world.pull({}, GENERATE(false, true));
    CHECK(item.outcome == Outcome::failed);
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::not_found);
    CHECK(item.error->message().find("Q4_0 → Q4_K_M") != std::string::npos);
    REQUIRE(item.step.standing);
    CHECK(item.step.standing->diff);
    CHECK(world.calls(Call::What::pull) == 0);
    CHECK(world.digest_of(mistral) == installed);
    CHECK(world.file.read().models.at(mistral).digest == old_digest);
}

TEST_CASE("the tag serves the same content under another digest: pulled, and remembered unless --locked") {
    World world;
    world.pin_mistral();
    FakeRegistry::Model again = before;
    again.manifest += "\n";
    world.serve("mistral", again);
    const bool locked = GENERATE(false, true);
    const use::Item item = world.pull({}, locked);
    CHECK(item.outcome == Outcome::pulled);
    CHECK(world.digest_of(mistral) == again.image().digest);
    const manifest::Locked entry = world.file.read().models.at(mistral);
    CHECK(entry.digest == old_digest);
    CHECK(entry.same.empty() == locked);
    CHECK(world.pull({}, locked).outcome == Outcome::unchanged);
    CHECK(world.calls(Call::What::pull) == 1);
}

TEST_CASE("the same content is installed already: remembered without a pull") {
    World world;
    world.pin_mistral();
    FakeRegistry::Model again = before;
    again.manifest += "\n";
    world.serve("mistral", again);
    world.server.install("mistral", as_installed(again));
    CHECK(world.pull().outcome == Outcome::unchanged);
    CHECK(world.calls(Call::What::pull) == 0);
    CHECK(world.file.read().models.at(mistral).same == std::vector{again.image().digest});
}

TEST_CASE("the tag is gone and nothing installed has the content, nor any registry its layers") {
    World world;
    world.pin_mistral();
    world.registry.withdraw("mistral");
    world.registry.lose_blob(before.image().layers.front().digest);
    const use::Item item = world.pull();
    CHECK(item.outcome == Outcome::failed);
    CHECK(item.error->kind() == Kind::not_found);
    CHECK(world.calls(Call::What::pull) == 0);
}

TEST_CASE("a tag that has moved is not pulled where the registry lacks what it now serves, or keeps it to itself") {
    World world;
    world.pin_mistral();
    world.registry.offer("mistral", after);
    world.server.offer("mistral", as_installed(after));
    world.registry.lose_blob(before.image().layers.front().digest);
    if (GENERATE(true, false))
        world.registry.lose_blob(after.image().config.digest);
    else
        world.registry.fail(FakeRegistry::Call::What::blob, Error(Kind::unreachable, "no way"), 0, 100);
    const use::Item item = world.pull();
    CHECK(item.outcome == Outcome::failed);
    CHECK(item.error->kind() == Kind::not_found);
    CHECK(world.calls(Call::What::pull) == 0);
}

TEST_CASE("a registry that only the server reaches: what arrives is compared") {
    World world;
    world.pin_mistral();
    world.registry.fail_model("mistral", Error(Kind::unreachable, "no way"));
    const bool was_installed = GENERATE(false, true);
    const FakeRegistry::Model third = image("something else", "Q8_0");
    if (was_installed) world.server.install("mistral", as_installed(third));
    SECTION("the pin arrives") {
        const use::Item item = world.pull();
        CHECK(item.outcome == (was_installed ? Outcome::updated : Outcome::pulled));
        CHECK(world.digest_of(mistral) == old_digest);
        CHECK(world.snapshots().size() == (was_installed ? 1 : 0));
    }
    SECTION("something else arrives: as if nothing had happened") {
        world.server.offer("mistral", as_installed(after));
        const use::Item item = world.pull();
        CHECK(item.outcome == Outcome::failed);
        REQUIRE(item.error);
        CHECK(item.error->kind() == Kind::check);
        CHECK(world.digest_of(mistral) == (was_installed ? std::optional(third.image().digest) : std::nullopt));
        CHECK(world.snapshots().empty());
        CHECK(world.server.orphans().empty());
        CHECK(world.file.read().models.at(mistral).digest == old_digest);
    }
}

TEST_CASE("the tag moves between look-up and download") {
    World world;
    world.pin(coder, code, "coder:7b-instruct-q4_0");
    world.server.install("coder:7b-q4_0", as_installed(after));
    const use::Plan plan = world.plan({"coder:7b-q4_0"});
    world.server.offer("coder:7b-instruct-q4_0", as_installed(image("better code", "Q4_0")));
    const use::Report report = use::execute(plan, {}, world.ports(), world.run());
    CHECK(report.items.at(0).outcome == Outcome::failed);
    CHECK(report.items.at(0).error->kind() == Kind::check);
    CHECK(world.digest_of(coder) == new_digest); // never touched
    CHECK_FALSE(world.digest_of(ModelName::parse("coder:7b-instruct-q4_0")));
    CHECK(world.snapshots().empty());
}

TEST_CASE("what cannot be put back is told with the name that has it") {
    World world;
    world.pin_mistral();
    world.server.install("mistral", as_installed(image("something else", "Q8_0")));
    world.registry.fail_model("mistral", Error(Kind::unreachable, "no way"));
    world.server.offer("mistral", as_installed(after));
    world.server.fail(Call::What::copy, Error(Kind::storage, "no space"), 1, 10); // the first one keeps
    const use::Item item = world.pull();
    CHECK(item.outcome == Outcome::failed);
    REQUIRE(world.snapshots().size() == 1);
    bool told = false;
    for (const std::string& note : item.error->notes())
        told = told || note.find(world.snapshots().front().display()) != std::string::npos;
    CHECK(told);
}

TEST_CASE("a pull towards a pin that fails or is stopped leaves no snapshot of what is still there") {
    World world;
    world.pin_mistral();
    world.server.install("mistral", as_installed(after));
    const bool stopped = GENERATE(false, true);
    if (!stopped) world.server.fail_pull("mistral", {.type = FakeServer::Fault::Type::cut});
    world.also = [&](const Event& event) {
        if (stopped && event.type == Event::Type::amount) world.stop.request_stop();
    };
    CHECK(world.pull().outcome == (stopped ? Outcome::interrupted : Outcome::failed));
    CHECK(world.digest_of(mistral) == new_digest);
    CHECK(world.snapshots().empty());
}

TEST_CASE("a pull that fails after the server has written its manifest is undone") {
    World world;
    world.pin_mistral();
    world.registry.fail_model("mistral", Error(Kind::unreachable, "no way"));
    const bool was_installed = GENERATE(false, true);
    const FakeRegistry::Model third = image("something else", "Q8_0");
    if (was_installed) world.server.install("mistral", as_installed(third));
    // What arrived stands under the name when the connection breaks, or the user stops.
    const bool stopped = GENERATE(false, true);
    using Type = FakeServer::Fault::Type;
    world.server.fail_pull("mistral", {.type = stopped ? Type::stall : Type::cut});
    world.also = [&](const Event& event) {
        if (event.type != Event::Type::amount) return;
        world.server.install("mistral", as_installed(after));
        if (stopped) world.stop.request_stop();
    };
    const use::Item item = world.pull();
    CHECK(item.outcome == (stopped ? Outcome::interrupted : Outcome::failed));
    CHECK(world.digest_of(mistral) == (was_installed ? std::optional(third.image().digest) : std::nullopt));
    CHECK(world.snapshots().empty());
    CHECK(item.kept_as.empty());
}

TEST_CASE("what arrived in spite of a failure stays if it is the pin") {
    World world;
    world.pin_mistral();
    world.server.fail_pull("mistral", {.type = FakeServer::Fault::Type::cut});
    world.also = [&](const Event& event) {
        if (event.type == Event::Type::amount) world.server.install("mistral", as_installed(before));
    };
    CHECK(world.pull().outcome == Outcome::failed);
    CHECK(world.digest_of(mistral) == old_digest);
}

TEST_CASE("nothing is pulled where what is there cannot be kept") {
    World world;
    world.pin_mistral();
    world.server.install("mistral", as_installed(after));
    const auto as = rules::snapshot_name(mistral, world.clock.now(), new_digest);
    world.server.garble_copy_to(as.display());
    const use::Item item = world.pull();
    CHECK(item.outcome == Outcome::failed);
    CHECK(world.calls(Call::What::pull) == 0);
    CHECK(world.digest_of(mistral) == new_digest);
    CHECK(world.snapshots().empty());
}

TEST_CASE("the name that has what was pulled is told where it could not be placed") {
    World world;
    world.server.fail(Call::What::copy, Error(Kind::storage, "no space"), 0, 10);
    const use::Item item = world.pull({"coder:7b-q4_0"});
    CHECK(item.outcome == Outcome::failed);
    REQUIRE(item.error->notes().size() == 1);
    CHECK(item.error->notes().front() == "what was pulled is installed as coder:7b-instruct-q4_0");
}

TEST_CASE("first use of a model whose digest or size the server does not tell") {
    World world;
    FakeServer::Model model = as_installed(before);
    model.layers.clear();
    world.server.offer("mistral", model);
    const use::Item item = world.pull();
    CHECK(item.outcome == Outcome::pulled);
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::protocol);
    CHECK_FALSE(item.locked_now);
    CHECK_FALSE(world.file.exists());
}

TEST_CASE("first use of what breaks an expectation is installed, but not locked") {
    World world;
    world.manifest.models.at(mistral).expect.quantization = "Q8_0";
    const use::Item item = world.pull();
    CHECK(item.outcome == Outcome::pulled);
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::check);
    CHECK(item.error->message().find("expected Q8_0") != std::string::npos);
    CHECK_FALSE(item.locked_now);
    CHECK_FALSE(world.file.exists());
}

TEST_CASE("first use asks an older server for the context, by the name that stays") {
    World world;
    FakeServer::Model model = as_installed(code);
    model.context_length = 32768;
    world.server.offer("coder:7b-instruct-q4_0", model);
    world.server.list_no_context();
    const std::uint64_t expected = GENERATE(values<std::uint64_t>({8192, 65536}));
    world.manifest.models.at(coder).expect.context = expected;
    const use::Item item = world.pull({"coder:7b-q4_0"});
    CHECK(item.outcome == Outcome::pulled);
    CHECK(item.locked_now == (expected == 8192));
    if (!item.locked_now) CHECK(item.error->message().find("supports a context of 32768") != std::string::npos);
}

TEST_CASE("first use where the registry is out of the client's reach: the digest alone") {
    World world;
    world.registry.fail_model("mistral", Error(Kind::unreachable, "no way"));
    CHECK(world.pull().locked_now);
    const manifest::Locked entry = world.file.read().models.at(mistral);
    CHECK(entry.digest == old_digest);
    CHECK_FALSE(entry.bytes);
}

TEST_CASE("a lock that cannot be written: the model is installed, and the item says so") {
    World world;
    world.directory.write("codemate.lock", "{");
    const use::Options options{{}, {}, false};
    const manifest::Lock empty;
    const use::Plan plan = use::plan(use::gather(options, world.manifest, &empty, world.ports(), world.run()), options);
    const use::Report report = use::execute(plan, options, world.ports(), world.run());
    CHECK(report.items.at(0).outcome == Outcome::pulled);
    REQUIRE(report.items.at(0).error);
    CHECK(report.items.at(0).error->message().find("is installed, but not locked") != std::string::npos);
}
