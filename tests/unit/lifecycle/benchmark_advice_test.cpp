#include "support/catch.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/lifecycle/benchmark.hpp"

#include <algorithm>

using namespace codemate;
using namespace codemate::lifecycle::benchmark;

namespace {

constexpr ByteCount gb(std::uint64_t count) {
    return ByteCount(count * 1'000'000'000);
}

const std::string declared = R"({"schema": 1, "models": {
    "big": {}, "middle": {"about": {"stated": {"size": "6GB"}}}, "small": {"about": {"stated": {"size": "2GB"}}},
    "tiny-embed": {"about": {"stated": {"size": "5GB"}}}, "unknown": {}}})";

// "big" with 10 GB of content, of which a token of context takes 131072 bytes.
struct World {
    Facts facts{.manifest = test::manifest_of(declared)};
    Machine machine{};
    Item item{.step = {.name = ModelName::parse("big"), .num_ctx = 4096}, .outcome = Outcome::measured};

    World() {
        facts.installed.push_back({.name = item.step.name, .size = gb(10)});
        facts.running.emplace();
        facts.shown[item.step.name].attention = {
            .blocks = 32, .heads = 8, .kv_heads = 8, .key_length = 128, .value_length = 128};
        item.runs = {5, state::Sample{.prompt_tokens = 256, .tokens = 64}};
        item.memory = gb(12);
    }
    std::vector<std::string> advice() const { return lifecycle::benchmark::advice(item, facts, machine); }
    bool says(const std::string& part) const {
        return std::ranges::any_of(advice(),
                                   [&](const std::string& line) { return line.find(part) != std::string::npos; });
    }
};

} // namespace

TEST_CASE("no advice where all is on the GPU, or nothing is known") {
    World world;
    SECTION("all on the GPU") {
        world.item.memory_gpu = world.item.memory;
        world.item.step.num_ctx = 131072;
        world.machine = {.gpus = {"RTX"}, .available = gb(1), .sets_num_thread = true};
    }
    SECTION("a machine without a GPU, enough memory") {
        world.machine = {.available = gb(12)};
    }
    SECTION("the server does not say what it takes") {
        world.item.memory = {};
        world.machine = {.gpus = {"RTX"}, .available = gb(1)};
    }
    CHECK(world.advice().empty());
}

TEST_CASE("a model of which a part is on the processor") {
    World world;
    world.item.memory_gpu = gb(9);
    CHECK(world.says("3 GB of its 12 GB are not on the GPU"));
    CHECK(world.says("its context is 4096 tokens, and these runs filled 320 of them"));
}

TEST_CASE("a context that is larger than the prompts need") {
    struct Row {
        std::uint64_t num_ctx, used;
        const char* text; // nullptr: none
    };
    const Row row = GENERATE(
        Row{32768, 320, "with --num-ctx 1024 it would take about 4.2 GB less, which is enough, if your"},
        Row{8192, 320, "with --num-ctx 1024 it would take about 939 MB less, if your"},
        Row{8192, 4000, "with --num-ctx 4096 it would take about 536 MB less, if your"}, Row{8192, 4096, nullptr},
        Row{2048, 100, "with --num-ctx 1024"}, Row{1024, 100, nullptr}, Row{32768, 0, nullptr});
    World world;
    world.item.memory_gpu = gb(9);
    world.item.step.num_ctx = row.num_ctx;
    world.item.runs = {state::Sample{.prompt_tokens = row.used}};
    CAPTURE(row.num_ctx, row.used, world.advice());
    CHECK(world.says("--num-ctx") == (row.text != nullptr));
    if (row.text != nullptr) CHECK(world.says(row.text));
    world.facts.shown.clear();
    if (row.text != nullptr) CHECK(world.says("a smaller one (--num-ctx"));
}

TEST_CASE("the largest declared model that fits, and none that does another thing") {
    World world;
    SECTION("with the 2 GB that this one takes beside its content") {
        world.item.memory_gpu = gb(9);
        CHECK(world.says("'middle:latest' is declared, too, and smaller: with 6 GB it would fit whole on the GPU"));
    }
    SECTION("a smaller room") {
        world.item.memory_gpu = gb(7);
        CHECK(world.says("'small:latest' is declared"));
    }
    SECTION("none fits") {
        world.item.memory_gpu = gb(3);
        CHECK(!world.says("is declared"));
    }
    SECTION("an installed one counts by its true size") {
        world.item.memory_gpu = gb(9);
        world.facts.installed.push_back({.name = ModelName::parse("unknown"), .size = gb(7)});
        CHECK(world.says("'unknown:latest' is declared, too, and smaller: with 7 GB"));
        world.facts.installed.back().capabilities = {"embedding"};
        CHECK(world.says("'middle:latest' is declared"));
    }
}

TEST_CASE("a GPU that is not used") {
    World world;
    world.machine.gpus = {"RTX 3080\n"};
    CHECK(world.says("no GPU is used, though there is RTX 3080\\n: the server's log"));
    world.machine.memory.gpus = std::vector<machine::Gpu>{{"RTX 3080", gb(10), gb(9)}};
    CHECK(world.says("it takes 12 GB, and RTX 3080\\n has 10 GB, 2 GB too little for all of it"));
    CHECK(world.says("'middle:latest' is declared, too, and smaller: with 6 GB it would fit whole on the GPU"));
    world.machine.memory.gpus->front().total = gb(24);
    CHECK(world.says("though there is"));
}

TEST_CASE("main memory that is short") {
    World world;
    world.machine.available = gb(8);
    CHECK(world.says("main memory is short by 4 GB: it takes 12 GB of it, and 8 GB were free. Close other programs"));
    CHECK(world.says("'middle:latest' is declared, too, and smaller: with 6 GB it would fit whole"));
    CHECK(!world.says("GPU"));
    SECTION("what was loaded before was in memory then") {
        world.facts.running->push_back({.name = ModelName::parse("other")});
        CHECK(world.advice().empty());
    }
    SECTION("the part on the GPU takes none of it") {
        world.item.memory_gpu = gb(5);
        CHECK(!world.says("short by"));
    }
}

TEST_CASE("a model that could not be loaded") {
    World world;
    world.item = {.step = world.item.step, .outcome = Outcome::failed, .error = Error(Kind::storage, "does not fit")};
    world.machine.available = gb(7);
    CHECK(world.says("its content alone is 10 GB, and 7 GB of main memory were free: 3 GB are missing"));
    CHECK(world.says("'middle:latest' is declared"));
    world.item.error = Error(Kind::unreachable, "cut");
    CHECK(world.advice().empty());
}

TEST_CASE("OLLAMA_NUM_THREAD does nothing, and is told where the processor works") {
    World world;
    world.machine.sets_num_thread = true;
    CHECK(world.says("OLLAMA_NUM_THREAD does nothing"));
    CHECK(world.says("PARAMETER num_thread 8"));
    world.machine.sets_num_thread = false;
    CHECK(world.advice().empty());
}
