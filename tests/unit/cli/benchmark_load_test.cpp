#include "cli/commands/benchmark/asked.hpp"
#include "cli/commands/benchmark/load.hpp"
#include "support/catch.hpp"

#include "codemate/base/error.hpp"

using namespace codemate;
using namespace codemate::cli::benchmark;
using namespace std::chrono_literals;

namespace {

const std::vector<state::Sample> alone{
    {.first_token = 30ms, .total = 500ms, .prompt_tokens = 10, .tokens = 5, .first_byte = 20ms}};

state::Load level(std::uint64_t in_flight, std::size_t requests) {
    return {
        .in_flight = in_flight, .wall = 2s, .served = std::vector<state::Served>(requests, {120ms, 130ms, 600ms, 6})};
}

} // namespace

TEST_CASE("load as a table: what no level has takes no room") {
    state::Load busy = level(4, 10);
    busy.done_again = {{"busy", 3}, {"short_answer", 1}};
    CHECK(load_text({level(1, 2), busy}, alone, 0) ==
          "  under load, tokens of all answers a second, medians and percentiles of a request\n"
          "AT ONCE    REQUESTS    TOKENS/S    FIRST TOKEN    QUEUEING    TOTAL     P90\n"
          "1          2           6.00        130 ms         100 ms      600 ms    -\n"
          "4          10          30.0        130 ms         100 ms      600 ms    600 ms\n"
          "  4 at once: did not count, done again: 3 busy (503), 1 short_answer\n");
    CHECK(load_text({level(1, 2)}, alone, 0).find("P90") == std::string::npos);
    CHECK(load_text({level(1, 100)}, alone, 0).find("P99") != std::string::npos);
    CHECK(load_text({}, alone, 0).empty());
    const std::vector<state::Sample> embedding{{.total = 500ms, .prompt_tokens = 10}};
    CHECK(load_text({level(1, 2)}, embedding, 0).find("FIRST TOKEN") == std::string::npos);
    CHECK(load_text({level(1, 2)}, embedding, 0).find("of all prompts") != std::string::npos);
}

TEST_CASE("load in JSON: each level with its figures") {
    const json::Value list = load_json({level(4, 10)}, alone);
    REQUIRE(list.elements().size() == 1);
    const json::Value& first = list.elements().front();
    CHECK(first.find("in_flight")->unsigned_integer() == 4U);
    CHECK(first.find("total_ns")->elements().size() == 10);
    const json::Value& figures = *first.find("figures");
    CHECK(figures.find("tokens_per_s")->number() == 30);
    CHECK(figures.find("requests_per_s")->number() == 5);
    CHECK(figures.find("total_ms")->find("p90")->number() == 600);
    CHECK(figures.find("total_ms")->find("p99") == nullptr);
    CHECK(figures.find("queueing_ms")->find("median")->number() == 100);
}

TEST_CASE("how many requests at once may be asked for") {
    CHECK(concurrency("1,2,4,8", 5) == std::vector<std::size_t>{1, 2, 4, 8});
    CHECK(concurrency("256", 39) == std::vector<std::size_t>{256});
    for (const char* wrong : {"", ",", "0", "257", "2,1", "2,2", "1,2,", "two", "1;2", " 1", "1.5", "-1"}) {
        INFO(wrong);
        CHECK_THROWS_AS(concurrency(wrong, 5), Error);
    }
    CHECK_THROWS_AS(concurrency("256", 40), Error); // more than ten thousand requests
}
