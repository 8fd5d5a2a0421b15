#include "unit/lifecycle/benchmark_world.hpp"

using namespace codemate;
using namespace codemate::test::benchmarks;
using namespace std::chrono_literals;
using test::FakeServer;

namespace {

struct EmbeddingWorld : World {
    explicit EmbeddingWorld(std::vector<std::string> capabilities = {"embedding"}) {
        auto model = FakeServer::model({FakeServer::layer("vectors", ByteCount(300'000'000))});
        model.family = "nomic-bert";
        model.context_length = 2048;
        model.capabilities = std::move(capabilities);
        server.install("embed", model);
        options.targets = {"embed"};
    }
};

} // namespace

TEST_CASE("an embedding model is measured by what it reads") {
    EmbeddingWorld world;
    world.server.answer({.load = 3s, .prefill_rate = 5000, .stall = 7ms});
    const Item item = world.measured();
    CHECK(item.outcome == Outcome::measured);
    CHECK(item.step.task == Task::embed);
    CHECK(item.step.num_ctx == 2048); // never more than supported
    REQUIRE(item.cold);
    CHECK(item.cold->load == 3s);
    REQUIRE(item.runs.size() == 5);
    const state::Sample& run = item.runs.front();
    CHECK(std::abs(static_cast<double>(run.prompt_tokens) - 256) <= 2); // calibrated
    CHECK(run.tokens == 0);
    CHECK(run.total == 2ms + run.prompt_eval + 7ms);
    const Figures figures = figures_of(item.runs);
    CHECK(near(figures.prefill_rate->median, 5000));
    CHECK(figures.total_ms);
    CHECK_FALSE(figures.decode_rate);
    CHECK_FALSE(figures.first_token_ms);
    CHECK(world.server.prompts().empty());
    CHECK(world.server.passages().size() == 7);
    CHECK(item.memory == ByteCount(300'000'000));
}

TEST_CASE("what a model does: what the server says, else its family") {
    struct Case {
        std::vector<std::string> capabilities;
        std::optional<Task> task;
    };
    const auto [capabilities, task] = GENERATE(values<Case>({
        {{}, Task::embed}, // an older server
        {{"embedding"}, Task::embed},
        {{"completion", "embedding"}, Task::generate},
        {{"completion", "tools"}, Task::generate},
        {{"image"}, std::nullopt},
    }));
    EmbeddingWorld world(capabilities);
    const Step step = world.plan_now().steps.front();
    CHECK(step.obstacle.has_value() == !task.has_value());
    if (task) CHECK(step.task == *task);
    if (!task) CHECK(step.obstacle->kind() == Kind::unsupported);
}

TEST_CASE("a vector that does not count is told and made again") {
    struct Case {
        FakeServer::Answer answer;
        Flaw flaw;
    };
    const auto [answer, flaw] = GENERATE(values<Case>({
        {{.without_metrics = true}, Flaw::no_metrics},
        {{.prefill_rate = 1, .reloaded = true}, Flaw::loaded_again},
        {{.error = Error(Kind::busy, "full")}, Flaw::busy},
    }));
    EmbeddingWorld world;
    world.server.answer_next({}, 3);
    world.server.answer_next(answer, 2);
    const Item item = world.measured();
    CHECK(item.flaws == std::vector<Flaw>{flaw, flaw});
    CHECK(near(figures_of(item.runs).prefill_rate->least, 10'000));
}

TEST_CASE("the gate of an embedding model is the time a token of the prompt takes") {
    EmbeddingWorld world;
    world.ports.hardware = "a machine";
    const Facts facts = gather(world.options, world.manifest, world.ports, {});
    const state::Benchmark before = to_memory(world.measured(), facts, world.options, world.ports);
    CHECK(before.embeds());
    world.server.answer({.prefill_rate = 8000});
    const state::Benchmark now = to_memory(world.measured(), facts, world.options, world.ports);
    const Comparison comparison = compare(before, now);
    CHECK(comparison.not_comparable.empty());
    CHECK(comparison.embeds);
    CHECK(comparison.prefill.change == statistics::Change::worse);
    CHECK(near(comparison.prefill.ratio, 1.25));
}

TEST_CASE("an embedding model that was loaded is loaded again, as it was") {
    EmbeddingWorld world;
    world.server.load("embed", 1024);
    const Item item = world.measured();
    CHECK(item.outcome == Outcome::measured);
    const auto running = world.server.running({});
    REQUIRE(running.size() == 1);
    CHECK(running.front().context_length == 1024);
}

TEST_CASE("how long an embedding model takes is known from before") {
    EmbeddingWorld world;
    Facts facts = gather(world.options, world.manifest, world.ports, {});
    facts.before.push_back(to_memory(world.measured(), facts, world.options, world.ports));
    const Plan known = plan(facts, world.options);
    CHECK_FALSE(known.estimate_is_a_guess());
    CHECK(known.estimate() > 2s); // of loading
    CHECK(known.estimate() < 3s);
}

TEST_CASE("several vectors at once") {
    EmbeddingWorld world;
    world.options.concurrency = {1};
    const Item item = world.measured();
    REQUIRE(item.loads.size() == 1);
    const LoadFigures figures = figures_of(item.loads.front(), item.runs);
    const state::Sample& run = item.runs.front();
    CHECK(near(figures.tokens_rate, static_cast<double>(run.prompt_tokens) / in_seconds(run.total)));
    CHECK_FALSE(figures.first_token_ms);
    CHECK(figures.queueing_ms->most == 0);
}
