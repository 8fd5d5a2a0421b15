#include "cli/benchmark_world.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include <csignal>

using namespace codemate;
using Ready = test::BenchmarkWorld;

namespace {

const json::Value& first(const json::Value& document, const char* list = "models") {
    return document.find(list)->elements().front();
}

const json::Value& first_run(const json::Value& model) {
    return model.find("runs")->elements().front();
}

double median(const json::Value& model, const char* figure) {
    return *model.find("figures")->find(figure)->find("median")->number();
}

std::string text_of(const json::Value& value, const char* key) {
    return *value.find(key)->string();
}

} // namespace

TEST_CASE("benchmark tells the server's figures, and leaves no model loaded") {
    const Ready world;
    const auto result = world.bench({"--json"});
    INFO(result.err);
    CHECK(result.status() == 0);
    const json::Value document = test::checked_document(result.out, "benchmark");
    const json::Value& model = first(document);
    CHECK(model.find("runs")->elements().size() == 5);
    CHECK(median(model, "decode_tokens_per_s") == 4000);
    // The token for the beginning of a text is in the cache always, as with a real server.
    const auto read = static_cast<double>(*first_run(model).find("prompt_tokens")->unsigned_integer());
    CHECK(std::abs(median(model, "prefill_tokens_per_s") - 50000 * read / (read - 1)) < 1);
    CHECK(model.find("cold")->find("load_ns")->unsigned_integer() == 60'000'000U);
    CHECK(world.codemate({"list", "--json"}).status() == 0);
    const auto history = world.codemate({"benchmark", "--history", "--json"});
    CHECK(first(test::checked_document(history.out, "benchmark"), "history").find("num_ctx") != nullptr);
}

TEST_CASE("benchmark as a table, with what did not count") {
    const Ready world;
    world.sandbox.set_fault("no-final#2");
    const auto result = world.bench({});
    INFO(result.out << result.err);
    CHECK(result.status() == 0);
    CHECK(result.out.starts_with("MODEL"));
    CHECK(result.out.find("done again: 2 no_final_object\n") != std::string::npos);
    CHECK(result.out.find("decode: 4000 tokens/s (95 %: 4000 to 4000)") != std::string::npos);
    CHECK(result.err.find("this takes about") != std::string::npos);
    world.sandbox.set_fault("short-answer#1");
    CHECK(world.bench({}).out.find("done again: 1 short_answer\n") != std::string::npos);
}

TEST_CASE("the gate: no baseline, passed, failed") {
    const Ready world;
    const auto none = world.bench({"--gate", "--save", (world.directory() / "b.json").string()});
    CHECK(none.status() == 2);
    CHECK(none.out.find("no verdict, there is no baseline") != std::string::npos);
    const auto same = world.bench({"--gate", "--baseline", "b.json"});
    INFO(same.out << same.err);
    CHECK(same.status() == 0);
    CHECK(same.out.find("gate: passed") != std::string::npos);
    world.sandbox.set_fault("decode-rate=3000");
    const auto slower = world.bench({"--gate=20%", "--json"});
    CHECK(slower.status() == 3);
    const json::Value document = test::checked_document(slower.out, "benchmark");
    CHECK(text_of(*first(document).find("gate"), "verdict") == "failed");
    CHECK_FALSE(first(document).find("gate")->find("would_tell")->elements().empty());
    CHECK(text_of(*first(document).find("baseline")->find("decode"), "change") == "worse");
    const auto wide = world.bench({"--gate=50%", "--baseline", "b.json"});
    CHECK(wide.status() == 0);
    const auto other = world.codemate({"bench", "--tokens", "8", "--prompt-tokens", "64", "mistral", "--gate"});
    CHECK(other.status() == 2);
    CHECK(other.out.find("no verdict, the baseline is not comparable") != std::string::npos);
    CHECK(world.bench({"--gate=wide"}).status() == 2);
    CHECK(world.bench({"--gate", "--runs", "4", "--baseline", "b.json"}).out.find("fewer than 5 runs") !=
          std::string::npos);
}

TEST_CASE("a broken promise fails the gate without a baseline") {
    const Ready world;
    world.directory().write("codemate.json", R"({"schema": 1, "roles": {"primary": "mistral"},
        "models": {"mistral": {"promise": {"decode_tps": 9000}}}})");
    const auto result = world.bench({"--gate"});
    CHECK(result.status() == 3);
    CHECK(result.out.find("at least 9e+03 are promised") != std::string::npos);
}

TEST_CASE("where a model is loaded it asks") {
    const Ready world;
    CHECK(world.bench({"--dry-run"}).status() == 0);
    test::checked_document(world.bench({"--dry-run", "--json"}).out, "benchmark");
    CHECK(world.codemate({"bench", "nothing-there"}).status() == 5);
}

TEST_CASE("benchmark under load: as many at once as the server answers at once, then they queue") {
    const Ready world;
    world.sandbox.set_fault("decode-rate=200");
    world.sandbox.set_fault("parallel=2");
    const auto saved = (world.directory() / "load.json").string();
    const auto result = world.bench({"--concurrency", "1,2,6", "--runs", "2", "--json", "--save", saved});
    INFO(result.err);
    CHECK(result.status() == 0);
    const json::Value document = test::checked_document(result.out, "benchmark");
    const auto levels = first(document).find("load")->elements();
    REQUIRE(levels.size() == 3);
    std::vector<double> rates;
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const std::uint64_t in_flight = std::vector<std::uint64_t>{1, 2, 6}[i];
        CHECK(levels[i].find("in_flight")->unsigned_integer() == in_flight);
        CHECK(levels[i].find("total_ns")->elements().size() == 2 * in_flight);
        CHECK(levels[i].find("done_again")->members().empty());
        rates.push_back(*levels[i].find("figures")->find("tokens_per_s")->number());
    }
    // What a place writes is the most there can be, however slow this machine is; a request takes 80 ms of it.
    CHECK(rates[0] < 200);
    CHECK(rates[1] < 400);
    CHECK(rates[2] < 400);
    CHECK(rates[0] > 10);
    CHECK(rates[1] > 10);
    // Two of six wait for two others one after the other, which write for 80 ms each.
    CHECK(*levels[2].find("figures")->find("queueing_ms")->find("most")->number() > 30);
    CHECK(test::read_text(saved).find("\"in_flight\": 6") != std::string::npos);
    const auto again = world.bench({"--gate=900%", "--baseline", saved, "--runs", "5"});
    CHECK(again.out.find("fewer than 5 runs") != std::string::npos); // the file has two, and is read
    const auto history = world.codemate({"benchmark", "--history", "--json"});
    CHECK(first(test::checked_document(history.out, "benchmark"), "history").find("load")->elements().size() == 3);
}

TEST_CASE("benchmark under load as a table, with requests that met a full queue") {
    const Ready world;
    world.sandbox.set_fault("queue=1");
    const auto result = world.bench({"--concurrency", "4"});
    INFO(result.out << result.err);
    CHECK(result.status() == 0);
    CHECK(result.out.find("AT ONCE    REQUESTS    TOKENS/S    FIRST TOKEN    QUEUEING    TOTAL") != std::string::npos);
    CHECK(result.out.find("\n4          20          ") != std::string::npos);
}

TEST_CASE("a dry run tells the load, and its time") {
    const Ready world;
    const auto result = world.bench({"--dry-run", "--concurrency", "1,2,4"});
    CHECK(result.out.find("1, 2, 4") != std::string::npos);
    const auto estimate = [&](test::Arguments more) {
        more.insert(more.end(), {"--dry-run", "--json"});
        return *test::checked_document(world.bench(more).out, "benchmark").find("estimate_s")->number();
    };
    CHECK(estimate({"--concurrency", "1,2,4"}) > 2 * estimate({}));
    CHECK(estimate({"--concurrency", "16"}) > estimate({"--concurrency", "1,2,4"}));
}

TEST_CASE("what --concurrency and --prompt do not take") {
    const Ready world;
    for (const char* value : {"", "0", "257", "1,,2", "2,1", "2,2", "four", "1, 2", "-1"}) {
        INFO(value);
        CHECK(world.bench({"--concurrency", value}).status() == 2);
    }
    CHECK(world.bench({"--concurrency", "256", "--runs", "1000"}).status() == 2);
    world.directory().write("empty.txt", " \n");
    CHECK(world.codemate({"bench", "mistral", "--prompt", "empty.txt"}).status() == 2);
    CHECK(world.codemate({"bench", "mistral", "--prompt", "none.txt"}).status() == 5);
    CHECK(world.bench({"--prompt", "empty.txt"}).status() == 2); // beside --prompt-tokens
}

TEST_CASE("an embedding model has a rate of reading, and a gate by it") {
    const Ready world;
    world.sandbox.pull("nomic-embed-text");
    const auto bench = [&](test::Arguments more) {
        test::Arguments words{"bench", "--prompt-tokens", "64", "nomic-embed-text"};
        words.insert(words.end(), more.begin(), more.end());
        return world.codemate(words);
    };
    const auto result = bench({"--json", "--concurrency", "2"});
    INFO(result.err);
    CHECK(result.status() == 0);
    const json::Value document = test::checked_document(result.out, "benchmark");
    const json::Value& model = first(document);
    CHECK(text_of(model, "task") == "embed");
    CHECK(median(model, "prefill_tokens_per_s") == Approx(50000).epsilon(0.001));
    CHECK(model.find("figures")->find("decode_tokens_per_s") == nullptr);
    CHECK(model.find("figures")->find("first_token_ms") == nullptr);
    CHECK(model.find("cold")->find("load_ns")->unsigned_integer() == 60'000'000U);
    CHECK(model.find("load")->elements().size() == 1);
    CHECK(bench({"--gate"}).out.find("gate: passed") != std::string::npos);
    world.sandbox.set_fault("prefill-rate=30000");
    const auto slower = bench({"--gate"});
    INFO(slower.out);
    CHECK(slower.status() == 3);
    CHECK(slower.out.find("prefill is slower beyond noise") != std::string::npos);
    CHECK(slower.out.find("decode") == std::string::npos);
}

TEST_CASE("a prompt of one's own, from a file and from standard input") {
    const Ready world;
    world.directory().write("question.txt", "Why is the sky blue, and the grass green?\n");
    const auto bench = [&](test::Arguments more) {
        test::Arguments words{"bench", "--tokens", "16", "--prompt", "question.txt", "mistral"};
        words.insert(words.end(), more.begin(), more.end());
        return world.codemate(words);
    };
    const auto result = bench({"--json"});
    INFO(result.err);
    CHECK(result.status() == 0);
    const json::Value document = test::checked_document(result.out, "benchmark");
    const json::Value& model = first(document);
    CHECK(model.find("prompt")->string()->starts_with("sha256:"));
    const auto asked = model.find("prompt_tokens")->unsigned_integer().value();
    CHECK(asked > 10);
    CHECK(asked < 40);
    for (const json::Value& run : model.find("runs")->elements())
        CHECK(run.find("prompt_tokens")->unsigned_integer().value() > 10);
    CHECK(bench({"--gate"}).out.find("gate: passed") != std::string::npos);
    CHECK(world.bench({"--gate"}).out.find("not comparable, it was measured with another prompt") != std::string::npos);
    const auto plan = bench({"--dry-run"});
    CHECK(plan.out.find("about ") != std::string::npos);
    const auto large = bench({"--num-ctx", "20"});
    CHECK(large.status() == 2);
    CHECK(large.err.find("does not fit into a context of 20") != std::string::npos);
}

TEST_CASE("a prompt on standard input") {
    const Ready world;
    test::Command command =
        world.command({"bench", "--tokens", "8", "--runs", "1", "--prompt", "-", "mistral", "--json"});
    command.input = "one two three";
    const auto result = test::run(command);
    INFO(result.err);
    CHECK(result.status() == 0);
    const json::Value document = test::checked_document(result.out, "benchmark");
    CHECK(first(document).find("prompt") != nullptr);
    command.input = "";
    CHECK(test::run(command).status() == 2);
}

TEST_CASE("a stop ends a benchmark under load at once, and leaves no model loaded") {
    const Ready world;
    world.sandbox.set_fault("decode-rate=40"); // an answer of 0.4 s, one after the other: 80 of them are half a minute
    test::Process process(world.command({"bench", "--tokens", "16", "--runs", "1", "--concurrency", "40", "mistral"}));
    REQUIRE(process.wait_for("40 requests at once"));
    process.send(SIGINT);
    CHECK(process.wait().status == 130);
    world.sandbox.clear_faults();
    CHECK(world.bench({"--runs", "1", "--dry-run"}).err.find("is loaded") == std::string::npos);
}

TEST_CASE("another server is measured in turn, and the gate goes by it") {
    const Ready world;
    const test::Sandbox old;
    old.pull("mistral:latest");
    for (const char* fault : {"decode-rate=4000", "prefill-rate=50000", "load-time=60ms"})
        old.set_fault(fault);
    const auto same = world.bench({"--against", old.url(), "--gate"});
    INFO(same.out << same.err);
    CHECK(same.status() == 0);
    CHECK(same.out.find(old.url() + " (ollama 0.32.15-sandbox) in turn, first token ") != std::string::npos);
    CHECK(same.out.find("gate: passed") != std::string::npos);
    old.set_fault("decode-rate=8000");
    const auto slower = world.bench({"--against", old.url(), "--gate", "--json"});
    CHECK(slower.status() == 3);
    const json::Value document = test::checked_document(slower.out, "benchmark");
    const json::Value& baseline = *first(document).find("baseline");
    CHECK(text_of(*baseline.find("decode"), "change") == "worse");
    CHECK(text_of(*baseline.find("in_turn"), "server") == old.url());
    CHECK(world.bench({"--against", world.sandbox.url()}).status() == 2);
    CHECK(world.bench({"--against", old.url(), "--baseline", "last"}).status() == 2);
    CHECK(world.bench({"--against", old.url(), "--concurrency", "1,2"}).status() == 2);
    CHECK(world.bench({"--against", "http://127.0.0.1:1"}).status() == 4);
}

TEST_CASE("where a model is loaded and nobody can be asked nothing is measured, unless --yes says so") {
    const Ready world;
    world.sandbox.load("mistral:latest");
    const auto refused = world.bench({});
    CHECK(refused.status() == 7);
    CHECK(refused.err.find("--yes") != std::string::npos);
    CHECK(world.bench({"--yes", "--runs", "1"}).status() == 0);
}
