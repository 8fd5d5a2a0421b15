#include "cli/world.hpp"
#include "support/catch.hpp"

using namespace codemate;
using test::World;

namespace {

struct Ready : World {
    Ready() {
        set("CODEMATE_REGISTRY", sandbox.url());
        sandbox.pull("mistral:latest");
        sandbox.set_fault("decode-rate=4000");
        sandbox.set_fault("prefill-rate=50000");
        sandbox.set_fault("load-time=60ms");
    }
    test::Finished bench(test::Arguments more) const {
        test::Arguments words{"bench", "--tokens", "16", "--prompt-tokens", "64", "mistral"};
        words.insert(words.end(), more.begin(), more.end());
        return codemate(words);
    }
};

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
