#include "cli/benchmark_world.hpp"
#include "support/catch.hpp"

#include "codemate/base/bytes.hpp"
#include "codemate/base/files.hpp"

using namespace codemate;

namespace {

struct Ready : test::BenchmarkWorld {
    std::string file(const char* name) const { return read_file(directory().path() / name, ByteCount(10'000'000)); }
};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("stated figures are beside the measured ones, never in them") {
    const Ready world;
    const auto table = world.bench({});
    INFO(table.out);
    CHECK(has(table.out, "  stated, not measured: 4.1GB, Q4_0, a context of 8192\n"));
    CHECK(has(table.out, "  stated, not measured: decode 15 tokens/s, first token 200 to 500 ms on Intel i7-12700K"));
    const json::Value document = test::checked_document(world.bench({"--json"}).out, "benchmark");
    const json::Value& model = document.find("models")->elements().front();
    CHECK(model.find("stated")->find("speeds")->elements().size() == 3);
    CHECK(model.find("figures")->find("decode_tokens_per_s")->find("median")->number() == 4000);
    const auto own = [&](const char* releases) {
        world.directory().write("codemate.json", R"({"schema": 1, "roles": {"primary": "mistral"}})");
        world.directory().write("codemate.releases.json", releases);
        return world.bench({"-q"});
    };
    const auto stated = own(R"({"benchmarks": {"hardware": [{"name": "Our Box",
        "models": [{"model": "mistral", "decode_tps": 7}]}]}})");
    CHECK(has(stated.out, "stated, not measured: decode 7 tokens/s on Our Box\n"));
    CHECK(!has(stated.out, "i7-12700K"));
    const auto wrong = own(R"({"benchmarks": {"hardware": [{"models": [{"model": "mistral", "decode_tps": "7"}]}]}})");
    CHECK(wrong.status() == 0);
    CHECK(has(wrong.err, "stated speeds are not shown"));
    CHECK(!has(wrong.out, "stated"));
}

TEST_CASE("for a document and for benchstat stdout has nothing else") {
    const Ready world;
    const auto markdown = world.bench({"--format", "markdown", "--gate"});
    INFO(markdown.out << markdown.err);
    CHECK(markdown.out.starts_with("| model | id |"));
    CHECK(has(markdown.out, "- `mistral:latest`: gate: no verdict, there is no baseline\n"));
    CHECK(markdown.status() == 2);
    CHECK(has(markdown.err, "this takes about"));
    const auto lines = world.bench({"--format=benchstat", "--gate"});
    INFO(lines.out << lines.err);
    CHECK(lines.status() == 0);
    CHECK(lines.out.starts_with("# codemate "));
    CHECK(has(lines.out, "\nBenchmarkAnswer/model=mistral:latest/"));
    CHECK(has(lines.err, "mistral:latest: gate: passed"));
    const auto history = world.codemate({"bench", "--history", "--format", "benchstat"});
    CHECK(has(history.out, "BenchmarkAnswer/"));
    CHECK(has(world.codemate({"bench", "--history", "--format", "markdown"}).out, "| measured |"));
}

TEST_CASE("a page of a measurement, and of what was measured before") {
    const Ready world;
    const auto first = world.bench({"--html", "page.html", "--json"});
    CHECK(first.status() == 0);
    test::checked_document(first.out, "benchmark");
    CHECK(world.file("page.html").starts_with("<!DOCTYPE html>"));
    CHECK(!has(world.file("page.html"), "Over time"));
    world.bench({"-q"});
    const auto history = world.codemate({"bench", "--history", "--html", "page.html"});
    CHECK(history.status() == 0);
    CHECK(history.out.starts_with("AT "));
    CHECK(has(world.file("page.html"), "Over time"));
    CHECK(has(history.err, "wrote 'page.html'"));
}

TEST_CASE("a page that cannot be written takes nothing from the result") {
    const Ready world;
    const auto result = world.bench({"--html", "missing/page.html", "--json"});
    CHECK(result.status() == 6);
    CHECK(has(result.err, "missing/page.html"));
    const json::Value document = test::checked_document(result.out, "benchmark");
    CHECK(document.find("status")->integer() == 6);
    CHECK(document.find("models")->elements().size() == 1);
}

TEST_CASE("forms of figures where nothing is measured") {
    const Ready world;
    for (const test::Arguments& words : {test::Arguments{"--dry-run", "--format", "markdown"},
                                         {"--dry-run", "--html", "page.html"},
                                         {"--json", "--format", "benchstat"},
                                         {"--format", "xml"},
                                         {"--html", ""}}) {
        const auto result = world.bench(words);
        CAPTURE(words, result.err);
        CHECK(result.status() == 2);
    }
    CHECK(world.bench({"--dry-run", "--format", "table"}).status() == 0);
    world.sandbox.set_fault("status=404@mistral@/api/generate");
    const auto failed = world.bench({"--format", "markdown"});
    INFO(failed.out << failed.err);
    CHECK(failed.status() != 0);
    CHECK(failed.out.starts_with("Nothing was measured.\n"));
    CHECK(has(failed.out, "- `mistral:latest`: not measured: "));
}
