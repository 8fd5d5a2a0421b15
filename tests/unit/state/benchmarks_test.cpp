#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/files.hpp"
#include "codemate/state/benchmarks.hpp"

#include <fstream>

using namespace codemate;
using namespace codemate::state;
using namespace std::chrono_literals;

namespace {

Benchmark benchmark(std::string_view name) {
    Benchmark entry{Time(100s), "http://server:1", "0.32.15", "0.1.0", ModelName::parse(name)};
    entry.digest = Digest::of("x");
    entry.num_ctx = 4096;
    entry.load_average = 0.5;
    entry.cold = Sample{5s, 9s, 4s, 20ms, 300ms, 250, 64};
    entry.runs = {{30ms, 400ms, 2ms, 20ms, 300ms, 256, 64}, {31ms, 401ms, 2ms, 21ms, 301ms, 257, 64}};
    return entry;
}

} // namespace

TEST_CASE("benchmarks are remembered, in their order") {
    const test::TempDir directory;
    const Benchmarks memory(directory / "deep/er/benchmarks.jsonl");
    CHECK(memory.entries().empty());
    memory.add(benchmark("one"), {});
    memory.add(benchmark("two"), {});
    const auto entries = memory.entries();
    REQUIRE(entries.size() == 2);
    CHECK(entries[1].name == ModelName::parse("two"));
    CHECK(entries[1].runs == benchmark("two").runs);
    CHECK(entries[1].cold == benchmark("two").cold);
    CHECK(entries[1].digest == Digest::of("x"));
    CHECK(entries[1].load_average == 0.5);
    CHECK(to_json(entries[0]) == to_json(benchmark("one")));
}

TEST_CASE("what was measured under load, of an embedding model and with one's own prompt is remembered, too") {
    Benchmark entry = benchmark("one");
    entry.runs.front().first_byte = 25ms;
    entry.loads = {{.in_flight = 2,
                    .wall = 3s,
                    .done_again = {{"busy", 4}},
                    .served = {{20ms, 30ms, 500ms, 64}, {520ms, 530ms, 1000ms, 64}}},
                   {.in_flight = 4, .wall = 5s, .served = {{1ms, 2ms, 3ms, 64}}}};
    entry.prompt = Digest::of("a prompt");
    const auto again = benchmark_from(to_json(entry));
    REQUIRE(again);
    CHECK(again->runs == entry.runs);
    CHECK(again->loads == entry.loads);
    CHECK(again->prompt == entry.prompt);
    CHECK_FALSE(again->embeds());

    entry.runs = {{.total = 5ms, .load = 1ms, .prompt_eval = 4ms, .prompt_tokens = 256}};
    REQUIRE(benchmark_from(to_json(entry)));
    CHECK(benchmark_from(to_json(entry))->runs == entry.runs);
    CHECK(entry.embeds());
    CHECK(entry.runs.front().decode_time() == 0);
}

TEST_CASE("an entry of an older version says nothing of load, first bytes and prompts") {
    const json::Value old = to_json(benchmark("one"));
    for (const char* key : {"load", "prompt"})
        CHECK(old.find(key) == nullptr);
    const auto entry = benchmark_from(old);
    REQUIRE(entry);
    CHECK(entry->loads.empty());
    CHECK_FALSE(entry->prompt);
    CHECK_FALSE(entry->runs.front().first_byte);
}

TEST_CASE("a load that is not whole is none") {
    const auto without = [](const char* key, const json::Value& value) {
        json::Value entry = to_json(benchmark("one"));
        const Load load{.in_flight = 2, .wall = 3s, .served = {{1ms, 2ms, 3ms, 4}}};
        entry.set("load", json::Value::array().add(to_json(load).set(key, value)));
        const auto read = benchmark_from(entry);
        REQUIRE(read);
        return read->loads.size();
    };
    CHECK(without("unknown", 1) == 1);
    CHECK(without("total_ns", json::Value::array()) == 0);
    CHECK(without("in_flight", 0) == 0);
    CHECK(without("wall_ns", 0) == 0);
}

TEST_CASE("lines that are none are passed over, and kept") {
    const test::TempDir directory;
    const auto file = directory / "benchmarks.jsonl";
    directory.write("benchmarks.jsonl", "{\"at\":\"no\"}\n[]\n{\"a");
    const Benchmarks memory(file);
    CHECK(memory.entries().empty());
    memory.add(benchmark("one"), {});
    CHECK(memory.entries().size() == 1);
}

TEST_CASE("a run without its counts is no run") {
    json::Value value = to_json(benchmark("one"));
    json::Value runs = json::Value::array();
    runs.add(json::Value::object().set("tokens", 3));
    value.set("runs", std::move(runs));
    REQUIRE(benchmark_from(value));
    CHECK(benchmark_from(value)->runs.empty());
    CHECK_FALSE(benchmark_from(json::Value::object()));
}
