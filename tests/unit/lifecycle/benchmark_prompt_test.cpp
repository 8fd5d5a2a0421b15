#include "unit/lifecycle/benchmark_world.hpp"

#include <set>

using namespace codemate;
using namespace codemate::test::benchmarks;
using namespace std::chrono_literals;

namespace {

const std::string own = "Write a function that adds two numbers.\nIn C++.";

} // namespace

TEST_CASE("one's own prompt is sent as it stands, behind a line that varies from its first word on") {
    World world;
    world.options.prompt = own;
    const Item item = world.measured();
    CHECK(item.outcome == Outcome::measured);
    std::set<std::string> beginnings;
    const auto prompts = world.server.prompts();
    REQUIRE(prompts.size() == 7);
    for (const ollama::Prompt& prompt : prompts) {
        const auto line = prompt.text.find('\n');
        REQUIRE(line != std::string::npos);
        CHECK(line < 40);
        CHECK(prompt.text.substr(line + 1) == own);
        beginnings.insert(prompt.text.substr(0, prompt.text.find(' ')));
    }
    CHECK(beginnings.size() == 7);
    CHECK(item.step.prompt_tokens == item.runs.front().prompt_tokens); // as measured, not as guessed
    CHECK(item.step.prompt == Digest::of(own));
}

TEST_CASE("one's own prompt is compared with itself alone") {
    World world;
    world.ports.hardware = "a machine";
    world.options.prompt = own;
    const Facts facts = gather(world.options, world.manifest, world.ports, {});
    const state::Benchmark before = to_memory(world.measured(), facts, world.options, world.ports);
    state::Benchmark now = to_memory(world.measured(), facts, world.options, world.ports);
    now.prompt_tokens += 1; // the line before it
    CHECK(compare(before, now).not_comparable.empty());
    now.prompt = Digest::of("another one");
    CHECK(compare(before, now).not_comparable == "it was measured with another prompt");
    now.prompt.reset();
    CHECK_FALSE(compare(before, now).not_comparable.empty());
}

TEST_CASE("a prompt that the server would have to cut is refused") {
    World world;
    world.options.prompt = prompt_text(500, 1);
    world.options.num_ctx = 512;
    const Item item = world.measured();
    CHECK(item.outcome == Outcome::failed);
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::usage);
    CHECK(world.server.prompts().size() == 1);
}
