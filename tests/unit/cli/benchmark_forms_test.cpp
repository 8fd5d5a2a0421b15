#include "cli/commands/benchmark/output.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "unit/cli/benchmarks.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

using namespace codemate;
using namespace codemate::cli::benchmark;
using test::has;
using test::measurement;

namespace {

const state::Benchmark before = measurement("mistral", 40, "2026-11-20T10:00:00Z");
const state::Benchmark now = measurement("mistral", 50, "2026-11-22T10:00:00Z");

Subject subject(std::vector<state::Benchmark> measured) {
    return {measured.back().name, measured, test::stated(), {"gate: passed", "a note with a | in it"}, {}};
}

Sheet two_models() {
    return test::sheet(
        {subject({before, now}), {ModelName::parse("hf.co/some/model:7b"), {}, {}, {}, "the server has no 'x'"}});
}

std::size_t lines_with(const std::string& text, std::string_view beginning) {
    std::size_t count = 0;
    for (const std::string_view line : split(text, '\n'))
        if (line.starts_with(beginning)) ++count;
    return count;
}

} // namespace

TEST_CASE("a measurement in Markdown") {
    CHECK(test::golden_difference("benchmark.md", markdown(two_models())) == "");
}

TEST_CASE("every row of a Markdown table has as many cells") {
    using Of = Sheet::Of;
    const Of of = GENERATE(Of::measurement, Of::history);
    const std::string text =
        markdown(test::sheet({subject({before, now}), subject({measurement("other", 9, "2026-11-22T11:00:00Z")})}, of));
    std::size_t rows = 0, cells = 0;
    for (const std::string_view line : split(text, '\n')) {
        if (!line.starts_with("|")) continue;
        const std::size_t count = split(line, '|').size();
        if (rows++ == 0) cells = count;
        CHECK(count == cells);
    }
    CHECK(rows == (of == Of::history ? 5 : 4));
}

TEST_CASE("a Markdown table tells in a column what is not the same for all rows") {
    state::Benchmark other = now;
    CHECK(has(markdown(test::sheet({subject({other})})), " Server: Ollama 0.32.15."));
    other.server_version = "0.24.0";
    other.at = before.at;
    other.hardware = "A|B";
    other.quantization = "";
    other.digest = {};
    const std::string text = markdown(test::sheet({subject({other, now})}, Sheet::Of::history));
    CHECK(has(text, "| hardware | server | measured |"));
    CHECK(has(text, "| `mistral:latest` | - | - | A\\|B | Ollama 0.24.0 | 2026-11-20T10:00:00Z |"));
    CHECK(!has(text, " Server: "));
    CHECK(markdown(test::sheet({})) == "Nothing was measured.\n");
}

TEST_CASE("a measurement for benchstat: a line for each run, the latest measurement only") {
    const std::string text = benchstat(two_models());
    CHECK(lines_with(text,
                     "BenchmarkAnswer/model=mistral:latest/quantization=Q4_0/num_ctx=4096/prompt=256/tokens=64 1 ") ==
          5);
    CHECK(lines_with(text, "BenchmarkLoad/model=mistral:latest/quantization=Q4_0/num_ctx=4096/prompt=256/tokens=64 1 "
                           "2500000000 ns/load") == 1);
    CHECK(lines_with(text, "hardware: Some CPU, 8 threads, 32 GB") == 1);
    CHECK(lines_with(text, "Unit tok/s better=higher") == 1);
    CHECK(has(text, " 20000000 ns/token 50 tok/s "));
    CHECK(!has(text, "hf.co")); // it failed
    for (const std::string_view line : split(text, '\n')) {
        if (!line.starts_with("Benchmark")) continue;
        CHECK(split(line, ' ').size() % 2 == 0); // name, count, and pairs of value and unit
    }
}

TEST_CASE("what a history is for benchstat: every measurement, configuration only where it changes") {
    state::Benchmark elsewhere = now;
    elsewhere.hardware = "";
    const std::string text = benchstat(test::sheet({subject({before, now, elsewhere})}, Sheet::Of::history));
    CHECK(lines_with(text, "BenchmarkAnswer/") == 15);
    CHECK(lines_with(text, "hardware: ") == 1);
    CHECK(lines_with(text, "server: http://127.0.0.1:11434") == 1);
}

TEST_CASE("names for benchstat have no part too many") {
    state::Benchmark entry = measurement("hf.co/some/model:q4-8", 10, "2026-11-22T10:00:00Z");
    entry.quantization = "a b%\n";
    CHECK(has(benchstat(test::sheet({subject({entry})})),
              "/model=hf.co%2Fsome%2Fmodel:q4-8/quantization=a%20b%25%0A/num_ctx="));
    entry.quantization = "";
    CHECK(!has(benchstat(test::sheet({subject({entry})})), "quantization"));
}

TEST_CASE("a run without an answer has no figure of one") {
    state::Benchmark entry = measurement("embedder", 10, "2026-11-22T10:00:00Z");
    for (state::Sample& run : entry.runs) {
        run.tokens = 0;
        run.eval = {};
    }
    const std::string text = benchstat(test::sheet({subject({entry})}));
    CHECK(lines_with(text, "BenchmarkAnswer/") == 5);
    CHECK(has(text, "ns/prompt-token"));
    CHECK(!has(text, "ns/token"));
    for (const std::string_view line : split(text, '\n'))
        if (line.starts_with("BenchmarkAnswer/")) CHECK(split(line, ' ').size() == 8); // three figures
}

TEST_CASE("forms that exclude each other") {
    CHECK_THROWS_AS(Output::of("markdown", {}, true), Error);
    CHECK_THROWS_AS(Output::of({}, "", false), Error);
    CHECK_THROWS_AS(Output::of({}, "-", false), Error);
    CHECK_THROWS_AS(Output::of("markdown", {}, false).refuse_if_of_figures("--dry-run"), Error);
    CHECK_THROWS_AS(Output::of({}, "page.html", true).refuse_if_of_figures("--dry-run"), Error);
    CHECK_NOTHROW(Output::of("table", {}, false).refuse_if_of_figures("--dry-run"));
    CHECK(Output::of({}, "page.html", true).is_json());
}

TEST_CASE("stated figures as they were written") {
    CHECK(stated_lines(test::stated()) ==
          std::vector<std::string>{"4.1GB, Q4_0, a context of 8192",
                                   "decode 15 tokens/s, first token 200 to 500 ms on Intel i7-12700K, 32GB",
                                   "decode 90 tokens/s on NVIDIA RTX 4090, 24GB"});
    CHECK(stated_lines({{}, {{"", "", "", {}, 80, 80}}}) == std::vector<std::string>{"first token 80 ms"});
    CHECK(stated_lines({{}, {{"", "a\nbox", "", 1.5, {}, {}}}}) ==
          std::vector<std::string>{"decode 1.5 tokens/s on a\\nbox"});
    CHECK(Stated{}.empty());
    CHECK(Stated{{}, {{"cpu", "a box", "", {}, {}, {}}}}.empty());
    CHECK(json::to_line(stated_json({{}, {{"cpu", "a box", "", 15, 200, 500}}})) ==
          R"({"speeds":[{"processor":"cpu","hardware":"a box","decode_tokens_per_s":15,"first_token_ms_min":200,)"
          R"("first_token_ms_max":500}]})");
}
