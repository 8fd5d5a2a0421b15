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
