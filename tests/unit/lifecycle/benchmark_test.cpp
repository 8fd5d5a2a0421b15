#include "unit/lifecycle/benchmark_world.hpp"

#include <algorithm>
#include <set>

using namespace codemate;
using namespace codemate::test::benchmarks;
using namespace std::chrono_literals;
using test::FakeServer;
using Answer = FakeServer::Answer;
using Call = FakeServer::Call;

TEST_CASE("the figures that come out are those that were put in") {
    World world;
    world.server.answer({.load = 3s, .prefill_rate = 5000, .decode_rate = 80, .stall = 7ms});
    const Item item = world.measured();
    CHECK(item.outcome == Outcome::measured);
    REQUIRE(item.cold);
    CHECK(item.cold->load == 3s);
    REQUIRE(item.runs.size() == 5);
    const Figures figures = figures_of(item.runs);
    CHECK(near(figures.prefill_rate->median, 5000));
    CHECK(near(figures.decode_rate->median, 80));
    const state::Sample& run = item.runs.front();
    CHECK(run.first_token == 2ms + run.prompt_eval + 7ms); // at the first text, not at the first piece
    CHECK(run.first_byte == run.first_token);              // silence before it is none
    CHECK(run.total == run.first_token + run.eval);
    CHECK(run.tokens == 64);
    CHECK(std::abs(static_cast<double>(run.prompt_tokens) - 256) <= 2); // calibrated
    CHECK(item.memory == ByteCount(4'000'000'000));
    CHECK(item.flaws.empty());
}

TEST_CASE("thought counts as first text") {
    World world;
    world.server.answer({.stall = 5ms, .thinks = true});
    const Item item = world.measured();
    REQUIRE(item.runs.size() == 5);
    CHECK(item.runs.front().first_token < item.runs.front().total);
}

TEST_CASE("no prompt begins as another, and options are fixed") {
    World world;
    world.measured();
    std::set<std::string> beginnings;
    const auto prompts = world.server.prompts();
    REQUIRE(prompts.size() == 7); // cold, to warm up, five
    for (const ollama::Prompt& prompt : prompts) {
        beginnings.insert(prompt.text.substr(0, prompt.text.find(' ')));
        CHECK(prompt.load.num_ctx == 4096U);
        CHECK(prompt.seed == 0);
        CHECK(prompt.temperature == 0);
        CHECK(prompt.num_predict == 64);
    }
    CHECK(beginnings.size() == 7);
    CHECK(prompt_text(20, 3) == prompt_text(20, 3));
}

TEST_CASE("a run that does not count is told and done again, never averaged in") {
    struct Case {
        Answer answer;
        Flaw flaw;
    };
    const auto [answer, flaw] = GENERATE(values<Case>({
        {{.decode_rate = 1, .without_final = true}, Flaw::no_final_object},
        {{.decode_rate = 1, .without_metrics = true}, Flaw::no_metrics},
        {{.decode_rate = 1, .tokens = 3}, Flaw::short_answer},
        {{.decode_rate = 1, .reloaded = true}, Flaw::loaded_again},
        {{.error = Error(Kind::unreachable, "cut")}, Flaw::broke_off},
        {{.error = Error(Kind::busy, "full")}, Flaw::busy},
    }));
    World world;
    world.server.answer_next({}, 3); // cold, to warm up, the first
    world.server.answer_next(answer, 2);
    const Item item = world.measured();
    CHECK(item.outcome == Outcome::measured);
    CHECK(item.flaws == std::vector<Flaw>{flaw, flaw});
    CHECK(item.runs.size() == 5);
    CHECK(near(figures_of(item.runs).decode_rate->least, 100));
}

TEST_CASE("what never counts is given up, within a bound") {
    World world;
    world.server.answer({.without_final = true});
    const Item item = world.measured();
    CHECK(item.outcome == Outcome::failed);
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::failed);
    CHECK(world.server.prompts().size() == 6);
}

TEST_CASE("an error that stays ends the measurement at once") {
    World world;
    world.server.answer({.error = Error(Kind::storage, "does not fit")});
    const Item item = world.measured();
    CHECK(item.outcome == Outcome::failed);
    CHECK(item.error->kind() == Kind::storage);
    CHECK(world.server.prompts().size() == 1);
}

TEST_CASE("models are left as they were found") {
    World world;
    SECTION("not loaded") {
        world.measured();
        CHECK(world.server.running({}).empty());
    }
    SECTION("loaded, with another context: that wants consent") {
        world.server.load("chat", 2048);
        CHECK(world.plan_now().disturbed.size() == 1);
        world.measured();
        const auto running = world.server.running({});
        REQUIRE(running.size() == 1);
        CHECK(running.front().context_length == 2048);
    }
    SECTION("also after a stop") {
        std::stop_source stop;
        world.ports.load_average = [&] {
            stop.request_stop();
            return std::nullopt;
        };
        const Report report = execute(world.plan_now(), world.options, world.ports, {stop.get_token(), {}});
        CHECK(report.ending == Ending::interrupted);
        CHECK(report.items.front().outcome == Outcome::interrupted);
        CHECK(world.server.running({}).empty());
    }
}

TEST_CASE("what cannot be measured") {
    World world;
    world.options.targets = {"none"};
    CHECK(world.measured().error->kind() == Kind::not_found);
    world.options.targets = {"chat"};
    world.options.num_ctx = 100;
    world.options.prompt_tokens = 90;
    world.options.tokens = 20;
    CHECK(world.measured().error->kind() == Kind::usage);
    CHECK(world.server.prompts().empty());
}

TEST_CASE("another client's work is noticed") {
    World world;
    world.server.install("other", FakeServer::model({FakeServer::layer("other", ByteCount(1))}));
    bool loaded = false;
    world.server.keep_time(world.clock, [&](Duration span) {
        world.clock.advance(span);
        if (world.server.prompts().size() == 4 && !std::exchange(loaded, true)) world.server.load("other", 4096);
    });
    const Item item = world.measured();
    REQUIRE(item.notes.size() == 1);
    CHECK(item.notes.front().find("other") != std::string::npos);
}

TEST_CASE("comparison: worse, on other hardware, with what else has changed") {
    World world;
    world.ports.hardware = "a machine";
    const Facts facts = gather(world.options, world.manifest, world.ports, {});
    const state::Benchmark before = to_memory(world.measured(), facts, world.options, world.ports);
    world.server.answer({.decode_rate = 80});
    state::Benchmark now = to_memory(world.measured(), facts, world.options, world.ports);
    now.server_version = "0.99.0";
    const Comparison comparison = compare(before, now);
    CHECK(comparison.not_comparable.empty());
    CHECK(comparison.decode.change == statistics::Change::worse);
    CHECK(near(comparison.decode.ratio, 1.25));
    CHECK(comparison.prefill.change == statistics::Change::no_evidence);
    REQUIRE(comparison.differences.size() == 1);
    CHECK(comparison.differences.front().ends_with("→ 0.99.0"));
    now.hardware = "another machine";
    CHECK_FALSE(compare(before, now).not_comparable.empty());
    now.hardware = "";
    CHECK_FALSE(compare(before, now).not_comparable.empty());
}

TEST_CASE("promises of the manifest") {
    World world;
    const manifest::Declared& declared = *world.manifest.declared(ModelName::parse("chat"));
    CHECK(broken_promises(declared, world.measured()).empty());
    world.server.answer({.decode_rate = 50, .stall = 100ms});
    CHECK(broken_promises(declared, world.measured()).size() == 2);
}

TEST_CASE("how long it takes is guessed by size, then known from before") {
    World world;
    const Plan guess = world.plan_now();
    CHECK(guess.estimate_is_a_guess());
    CHECK(guess.estimate() > 8s);
    Facts facts = gather(world.options, world.manifest, world.ports, {});
    facts.before.push_back(to_memory(world.measured(), facts, world.options, world.ports));
    const Plan known = plan(facts, world.options);
    CHECK_FALSE(known.estimate_is_a_guess());
    CHECK(known.estimate() > 6s); // 2 s of loading, seven answers of 0.67 s
    CHECK(known.estimate() < 7s);
}

TEST_CASE("what is promised to be on the GPU, and is not") {
    Item item{.step = {.name = ModelName::parse("chat")}};
    manifest::Declared declared{};
    declared.expect.gpu = true;
    item.memory = item.memory_gpu = ByteCount(10'000'000'000);
    CHECK(broken_promises(declared, item).empty());
    item.memory_gpu = ByteCount(6'000'000'000);
    CHECK(broken_promises(declared, item) == std::vector<std::string>{"it is not all on the GPU: 6 GB of 10 GB"});
    declared.expect.gpu.reset();
    CHECK(broken_promises(declared, item).empty());
    declared.expect.gpu = true;
    item.memory = {}; // the server did not say it
    CHECK(broken_promises(declared, item).empty());
}

TEST_CASE("each change that may have made a model slower has a run that would tell") {
    const state::Benchmark before{.server = "http://a:1",
                                  .server_version = "0.24.0",
                                  .name = ModelName::parse("chat"),
                                  .digest = Digest::of("old"),
                                  .num_ctx = 4096,
                                  .memory = ByteCount(10'000'000'000),
                                  .memory_gpu = ByteCount(10'000'000'000),
                                  .load_average = 0.1};
    state::Benchmark now = before;
    const auto only = [&] {
        const auto runs = runs_to_tell_apart(before, now);
        return runs.size() == 1 ? runs.front() : "several";
    };
    CHECK(only() == "nothing else is known to have changed: the same with --runs 20");
    SECTION("digest") {
        now.digest = Digest::of("new");
        CHECK(only() ==
              "the content: `codemate pull chat@sha256:" + before.digest->id() + " --force`, then the same again");
    }
    SECTION("server") {
        now.server_version = "0.32.15";
        CHECK(only() ==
              "the server: start Ollama 0.24.0 on another port beside it, and add --against http://HOST:PORT");
    }
    SECTION("address") {
        now.server = "http://b:1";
        CHECK(only() == "the server: both in turn, with --against");
    }
    SECTION("context") {
        now.num_ctx = 8192;
        CHECK(only() == "the context: the same with --num-ctx 4096");
    }
    SECTION("offload") {
        now.memory_gpu = ByteCount(7'000'000'000);
        CHECK(only().starts_with("the share on the GPU: "));
    }
    SECTION("driver") {
        now.driver = "NVIDIA 550.54.14";
        CHECK(only() == "the driver: the same under the former one");
    }
    SECTION("load") {
        now.load_average = 4;
        CHECK(only() == "the load of the machine: the same when nothing else runs");
    }
    SECTION("several") {
        now.num_ctx = 8192;
        now.load_average = 4;
        CHECK(runs_to_tell_apart(before, now).size() == 2);
    }
}
