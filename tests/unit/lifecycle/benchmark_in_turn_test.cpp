#include "unit/lifecycle/benchmark_world.hpp"

#include <algorithm>
#include <string>
#include <vector>

// Two servers, measured in turn.

using namespace codemate;
using namespace codemate::test::benchmarks;
using namespace std::chrono_literals;

namespace {

struct Two {
    World here, there;
    Plan plan_here, plan_there;
    std::vector<std::string> stages; // "chat:latest at http://…: run 1 of 5"

    Two() {
        here.options.names_server = there.options.names_server = true;
        there.options.server = "http://old:1";
    }
    Both measured() {
        plan_here = here.plan_now(), plan_there = there.plan_now();
        align(plan_here, plan_there);
        const Run run{{}, [this](const Event& event) {
                          if (event.type == Event::Type::stage) stages.push_back(event.item + ": " + event.text);
                      }};
        return execute_in_turn({plan_here, here.options, here.ports}, {plan_there, there.options, there.ports}, run);
    }
};

} // namespace

TEST_CASE("two servers are asked in turn, run by run") {
    Two two;
    two.here.server.answer({.decode_rate = 80});
    two.there.server.answer({.decode_rate = 100});
    const Both both = two.measured();
    REQUIRE(both.here.items.size() == 1);
    REQUIRE(both.there.items.size() == 1);
    CHECK(both.here.items[0].runs.size() == 5);
    CHECK(both.there.items[0].runs.size() == 5);
    std::vector<std::string> runs;
    std::ranges::copy_if(two.stages, std::back_inserter(runs),
                         [](const std::string& stage) { return stage.find(": run ") != std::string::npos; });
    REQUIRE(runs.size() == 10);
    CHECK(runs[0] == "chat:latest at http://server:1: run 1 of 5");
    CHECK(runs[1] == "chat:latest at http://old:1: run 1 of 5");
    CHECK(runs[9] == "chat:latest at http://old:1: run 5 of 5");
    const state::Benchmark a = to_memory(both.there.items[0], {}, two.there.options, two.there.ports);
    const state::Benchmark b = to_memory(both.here.items[0], {}, two.here.options, two.here.ports);
    const Comparison comparison = compare_in_turn(a, b);
    CHECK(comparison.not_comparable.empty());
    CHECK(comparison.decode.change == statistics::Change::worse);
    CHECK(near(comparison.decode.ratio, 1.25));
    CHECK(std::ranges::find(comparison.differences, "address http://old:1 → http://server:1") !=
          comparison.differences.end());
    CHECK_FALSE(compare(a, b).not_comparable.empty()); // of two moments it would be none
    CHECK(two.here.server.running({}).empty());
    CHECK(two.there.server.running({}).empty());
}

TEST_CASE("both are asked for the same, the shorter of the two") {
    Two two;
    auto small = test::FakeServer::model({test::FakeServer::layer("weights", ByteCount(4'000'000'000))});
    small.context_length = 512;
    two.there.server.install("chat", small);
    const Both both = two.measured();
    for (const Item* item : {&both.here.items[0], &both.there.items[0]}) {
        CHECK(item->step.num_ctx == 512);
        CHECK(item->runs.size() == 5);
    }
}

TEST_CASE("what one of them cannot do is not measured on the other") {
    Two two;
    SECTION("it is not installed there") {
        two.there.server.remove(ModelName::parse("chat"), {});
    }
    SECTION("it fails there while it is measured") {
        two.there.server.answer({.error = Error(Kind::storage, "does not fit")});
    }
    SECTION("it fails here") {
        two.here.server.answer({.error = Error(Kind::storage, "does not fit")});
    }
    const Both both = two.measured();
    CHECK(both.here.items.at(0).outcome == Outcome::failed);
    CHECK(both.there.items.at(0).outcome == Outcome::failed);
    CHECK(both.here.items[0].error);
    CHECK(both.there.items[0].error);
    CHECK(both.here.items[0].runs.empty());
}

TEST_CASE("a stop ends both") {
    Two two;
    std::stop_source stop;
    two.plan_here = two.here.plan_now(), two.plan_there = two.there.plan_now();
    const Run run{stop.get_token(), [&](const Event& event) {
                      if (event.text.starts_with("run 2")) stop.request_stop();
                  }};
    const Both both = execute_in_turn({two.plan_here, two.here.options, two.here.ports},
                                      {two.plan_there, two.there.options, two.there.ports}, run);
    CHECK(both.here.ending == Ending::interrupted);
    CHECK(both.here.items.at(0).outcome == Outcome::interrupted);
    CHECK(both.there.items.at(0).outcome != Outcome::measured);
}
