#include "unit/lifecycle/benchmark_world.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

using namespace codemate;
using namespace codemate::test::benchmarks;
using namespace std::chrono_literals;
using test::FakeServer;

namespace {

// A clock that several threads may look at.
class SharedClock final : public Clock {
public:
    Time now() const override {
        const std::lock_guard lock(mutex_);
        return clock_.now();
    }
    SteadyTime steady() const override {
        const std::lock_guard lock(mutex_);
        return clock_.steady();
    }
    void advance(Duration span) {
        const std::lock_guard lock(mutex_);
        clock_.advance(span);
    }

private:
    mutable std::mutex mutex_;
    test::HandClock clock_;
};

// Time for a server that answers several requests at once: it passes when all of them have come so far, once for all.
class TogetherTime {
public:
    TogetherTime(SharedClock& clock, std::size_t together) : clock_(clock), together_(together) {}

    void pass(Duration span) {
        std::unique_lock lock(mutex_);
        const std::size_t round = round_;
        if (++waiting_ == together_) {
            clock_.advance(span);
            waiting_ = 0;
            ++round_;
            next_.notify_all();
        } else {
            next_.wait(lock, [&] { return round_ != round; });
        }
    }

private:
    SharedClock& clock_;
    const std::size_t together_;
    std::mutex mutex_;
    std::condition_variable next_;
    std::size_t waiting_ = 0, round_ = 0;
};

constexpr std::size_t alone = 7; // requests: cold, to warm up, five

struct LoadWorld {
    World world;
    SharedClock clock;
    Ports ports{world.server, clock};

    LoadWorld() {
        ports.wait = [this](Duration span, const Stop&) { clock.advance(span); };
        one_by_one();
    }
    void one_by_one() {
        world.server.keep_time(clock, [this](Duration span) { clock.advance(span); });
    }
    void together(std::size_t count) {
        world.server.keep_time(clock, [this, time = std::make_shared<TogetherTime>(clock, count)](Duration span) {
            if (world.server.prompts().size() <= alone) return clock.advance(span);
            time->pass(span);
        });
    }
    Plan plan_now() { return plan(gather(world.options, world.manifest, ports, {}), world.options); }
    Item measured(const Run& run = {}) {
        const Report report = execute(plan_now(), world.options, ports, run);
        REQUIRE(report.items.size() == 1);
        return report.items.front();
    }
};

} // namespace

TEST_CASE("four at once on a server that answers four at once: four times the tokens, and nobody waits") {
    LoadWorld load;
    load.together(4);
    load.world.options.concurrency = {4};
    load.world.server.answer({.prefill_rate = 10'000, .decode_rate = 64, .stall = 10ms});
    const Item item = load.measured();
    CHECK(item.outcome == Outcome::measured);
    CHECK_FALSE(item.error);
    CHECK(item.runs.size() == 5);
    REQUIRE(item.loads.size() == 1);
    const state::Load& level = item.loads.front();
    CHECK(level.in_flight == 4);
    CHECK(level.served.size() == 20); // runs of each
    CHECK(level.done_again.empty());
    const state::Sample& single = item.runs.front();
    CHECK(level.wall == 5 * single.total);
    const LoadFigures figures = figures_of(level, item.runs);
    CHECK(near(figures.tokens_rate, 4 * 64 / in_seconds(single.total)));
    CHECK(near(figures.requests_rate, 4 / in_seconds(single.total)));
    CHECK(near(figures.total_ms->median, in_seconds(single.total) * 1e3));
    CHECK(near(figures.first_token_ms->median, in_seconds(single.first_token) * 1e3));
    CHECK(figures.queueing_ms->most == 0);
    CHECK(figures.total_ms->p90);       // of 20
    CHECK_FALSE(figures.total_ms->p99); // which needs a hundred
    // Each thread sent one outside the figures.
    CHECK(load.world.server.prompts().size() == alone + 4 + 20);
}

TEST_CASE("at once on a server that answers one after the other: no token more, and the others wait") {
    LoadWorld load;
    load.world.options.concurrency = {1, 3};
    load.world.server.answer({.decode_rate = 64});
    const Item item = load.measured();
    REQUIRE(item.loads.size() == 2);
    for (const state::Load& level : item.loads)
        CHECK(near(figures_of(level, item.runs).tokens_rate, 64 / in_seconds(item.runs.front().total)));
    CHECK(figures_of(item.loads[0], item.runs).queueing_ms->most == 0);
    CHECK(item.loads[1].served.size() == 15);
}

TEST_CASE("under load, too, a request that does not count is told, done again and never averaged in") {
    LoadWorld load;
    load.world.options.concurrency = {2};
    load.world.server.answer({.decode_rate = 64});
    load.world.server.answer_next({.decode_rate = 64}, alone + 2);
    load.world.server.answer_next({.error = Error(Kind::busy, "full")}, 3);
    load.world.server.answer_next({.decode_rate = 64, .tokens = 3}, 2);
    const Item item = load.measured();
    REQUIRE(item.loads.size() == 1);
    const state::Load& level = item.loads.front();
    CHECK(level.served.size() == 10);
    CHECK(std::ranges::all_of(level.served, [](const state::Served& each) { return each.tokens == 64; }));
    CHECK(level.done_again == std::map<std::string, std::uint64_t>{{"busy", 3}, {"short_answer", 2}});
    CHECK(figures_of(level, item.runs).busy == 3);
    CHECK(item.flaws.empty()); // of the model alone
}

TEST_CASE("a server that does not bear it: the figures of the model alone stand, and the error says so") {
    LoadWorld load;
    load.world.options.concurrency = {1, 2, 4};
    load.world.server.answer({.error = Error(Kind::busy, "full")});
    load.world.server.answer_next({}, alone + 1 + 5 + 2); // and one at a time
    const Item item = load.measured();
    CHECK(item.outcome == Outcome::measured);
    CHECK(item.runs.size() == 5);
    CHECK(item.loads.size() == 1);
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::failed);
    CHECK(std::string(item.error->what()).find("2 requests at once") != std::string::npos);
    // 60 of the level of 2, and perhaps one more by the other thread; none of that of 4.
    const std::size_t asked = load.world.server.prompts().size() - (alone + 1 + 5 + 2);
    CHECK((asked == 60 || asked == 61));
}

TEST_CASE("an error that stays ends all of them") {
    LoadWorld load;
    load.world.options.concurrency = {8};
    load.world.server.answer({.error = Error(Kind::storage, "no memory")});
    load.world.server.answer_next({}, alone + 8);
    const Item item = load.measured();
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::storage);
    CHECK(item.loads.empty());
}

TEST_CASE("a stop ends all of them") {
    LoadWorld load;
    std::stop_source stop;
    load.world.options.concurrency = {4};
    load.world.server.keep_time(load.clock, [&](Duration span) {
        load.clock.advance(span);
        if (load.world.server.prompts().size() >= alone + 4 + 6) stop.request_stop();
    });
    const Item item = load.measured({stop.get_token(), {}});
    CHECK(item.outcome == Outcome::interrupted);
    CHECK(load.world.server.prompts().size() < alone + 4 + 20);
    CHECK(load.world.server.running({}).empty());
}

TEST_CASE("the estimate holds the load") {
    LoadWorld load;
    load.world.server.answer({.load = 1s, .decode_rate = 64});
    const Duration alone_guess = load.plan_now().estimate();
    load.world.options.concurrency = {2, 4};
    const Duration guess = load.plan_now().estimate();
    CHECK(guess > 3 * alone_guess);
    CHECK(load.plan_now().steps.front().concurrency == std::vector<std::size_t>{2, 4});

    load.together(4);
    load.world.options.concurrency = {4};
    Facts facts = gather(load.world.options, load.world.manifest, load.ports, {});
    const Item item = load.measured();
    facts.before.push_back(to_memory(item, facts, load.world.options, load.ports));
    REQUIRE(facts.before.front().loads == item.loads);
    // Seven and six rounds of four, a good second each; one after the other it would be 31.
    const Duration known = plan(facts, load.world.options).estimate();
    CHECK(known > 13s);
    CHECK(known < 16s);
}

TEST_CASE("figures of a load") {
    const std::vector<state::Sample> single{
        {.first_token = 30ms, .total = 500ms, .prompt_tokens = 10, .tokens = 5, .first_byte = 20ms}};
    const state::Load level{.in_flight = 2,
                            .wall = 2s,
                            .done_again = {{"busy", 4}, {"short_answer", 1}},
                            .served = {{20ms, 30ms, 500ms, 5}, {520ms, 530ms, 1000ms, 5}, {10ms, 10ms, 700ms, 6}}};
    const LoadFigures figures = figures_of(level, single);
    CHECK(near(figures.tokens_rate, 8));
    CHECK(near(figures.requests_rate, 1.5));
    CHECK(near(figures.total_ms->median, 700));
    CHECK(near(figures.first_token_ms->most, 530));
    CHECK(near(figures.queueing_ms->most, 500));
    CHECK(figures.queueing_ms->least == 0); // earlier than usual is no negative wait
    CHECK(figures.busy == 4);
    // Where the first byte of a lone request is not known, neither is how long others waited.
    CHECK_FALSE(figures_of(level, {{.first_token = 30ms, .total = 500ms, .tokens = 5}}).queueing_ms);
}
