#include "support/catch.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/lifecycle/check.hpp"

using namespace codemate;
namespace use = lifecycle::check;
using use::Rule;
using use::Severity;

namespace {

struct Blob {
    const char* content;
    std::uint64_t size;
    const char* role = "model";
};

std::string layer(const Blob& blob) {
    return R"({"mediaType":"application/vnd.ollama.image.)" + std::string(blob.role) + R"(","digest":")" +
           Digest::of(blob.content).text() + R"(","size":)" + std::to_string(blob.size) + "}";
}

manifest::Locked pin(const char* name, const std::vector<Blob>& blobs, std::string quantization = "Q4_0") {
    std::string layers;
    for (const Blob& blob : blobs)
        layers += (layers.empty() ? "" : ",") + layer(blob);
    const std::string bytes =
        R"({"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":)" +
        layer({"config", 1}) + ",\"layers\":[" + layers + "]}";
    return {
        Digest::of(bytes), ModelName::parse(name), Image::parse(bytes).size(), std::move(quantization), bytes, {}, ""};
}

using Pins = decltype(manifest::Lock::models);

use::Report examined(const char* text, Pins pins = {}) {
    use::Facts facts{test::manifest_of(text), std::nullopt};
    if (!pins.empty()) facts.lock = manifest::Lock{std::move(pins)};
    return use::examine(facts);
}

std::vector<std::string> found(const use::Report& report) {
    std::vector<std::string> all;
    for (const use::Finding& finding : report.findings) {
        all.push_back(std::string(to_string(finding.severity)) + " " + std::string(to_string(finding.rule)) + " " +
                      finding.place);
    }
    return all;
}

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("more context than a model is stated to support") {
    const use::Report report = examined(R"({"schema":1,"models":{
      "a:1": {"about":{"stated":{"context":8192}},"options":{"num_ctx":16384},"expect":{"context":8193}},
      "b:1": {"about":{"stated":{"context":8192}},"options":{"num_ctx":8192},"expect":{"context":8192}},
      "c:1": {"options":{"num_ctx":1000000},"expect":{"context":1000000}},
      "d:1": {"about":{"stated":{"context":8192}},"options":{"num_ctx":"many"}}}})");
    CHECK(found(report) ==
          Texts{"problem context /models/a:1/expect/context", "problem context /models/a:1/options/num_ctx"});
    CHECK(report.findings[1].text == "16384 tokens are more than the 8192 that the model is stated to support");
}

TEST_CASE("the budget, by what the lock knows, shared layers once") {
    const auto with = [](const char* budget) {
        return R"({"schema":1,"budget":{"disk":")" + std::string(budget) +
               R"("},"roles":{"p":"a:1","q":"b:1","r":"unlocked:1"},"groups":{"more":["c:1"]}})";
    };
    const Pins pins{{ModelName::parse("a:1"), pin("a:1", {{"weights", 1000}, {"x", 10}})},
                    {ModelName::parse("b:1"), pin("b:1", {{"weights", 1000}, {"y", 20}})},
                    {ModelName::parse("c:1"), pin("c:1", {{"other", 5000}})}};
    CHECK(examined(with("1031").c_str(), pins).findings.empty()); // and the configuration's byte, once
    const use::Report report = examined(with("1030").c_str(), pins);
    CHECK(found(report) == Texts{"problem budget /budget/disk"});
    CHECK(report.findings[0].text ==
          "the required set takes at least 1.0 KB by the lock, 1 B more than the budget of 1.0 KB");
    CHECK(examined(with("1").c_str()).findings.empty()); // nothing is known

    Pins without_bytes = pins;
    for (auto& [name, locked] : without_bytes)
        locked.bytes.reset();
    CHECK(examined(with("2032").c_str(), without_bytes).findings.empty());
    CHECK(examined(with("2031").c_str(), without_bytes).findings.size() == 1);
}

TEST_CASE("pins against the manifest") {
    const std::string license = Digest::of("MIT").text();
    const std::string text = R"({"schema":1,"models":{"a:1":{"expect":{"quantization":"Q4_0","license":")" + license +
                             R"("}},"b:1":{"expect":{"quantization":"q8_0"}}}})";
    Pins pins{{ModelName::parse("a:1"), pin("a:1", {{"w", 5}, {"MIT", 3, "license"}})},
              {ModelName::parse("b:1"), pin("b:1", {{"w", 5}}, "Q8_0")}};
    CHECK(examined(text.c_str(), pins).findings.empty());
    pins.insert_or_assign(ModelName::parse("a:1"), pin("a:1", {{"w", 5}, {"GPL", 3, "license"}}, "Q4_K_M"));
    pins.emplace(ModelName::parse("gone:1"), pin("gone:1", {{"w", 5}}));
    const use::Report report = examined(text.c_str(), pins);
    CHECK(found(report) == Texts{"problem expectation /models/a:1/expect/quantization",
                                 "problem expectation /models/a:1/expect/license", "note undeclared /models/gone:1"});
    CHECK(report.locked == 3);
    CHECK(report.findings[2].in_lock);
}

TEST_CASE("a pin from elsewhere") {
    const Pins pins{{ModelName::parse("a:1"), pin("evil.example/o/a:1", {{"w", 5}})}};
    const use::Report report = examined(R"({"schema":1,"models":{"a:1":{}}})", pins);
    REQUIRE(report.findings.size() == 1);
    CHECK(report.findings[0].rule == Rule::source);
    CHECK(report.findings[0].severity == Severity::problem);
    CHECK(report.findings[0].in_lock);
}

TEST_CASE("moving tags that are required or have a role, and are not pinned") {
    const char* const text = R"({"schema":1,
      "roles": {"primary":"a", "vision":"b:latest", "chat":"c:7b", "small":"phi3:mini", "fixed":"d"},
      "groups": {"default":["primary","e:instruct"], "other":["f"]},
      "models": {"d":{"from":"d:7b-q4_0"}}})";
    CHECK(found(examined(text)) == Texts{"warning moving_tag /roles/primary", "warning moving_tag /groups/default",
                                         "warning moving_tag /roles/vision", "warning moving_tag /roles/small"});
    const use::Report pinned = examined(text, {{ModelName::parse("a"), pin("a", {{"w", 5}})}});
    CHECK(pinned.findings.size() == 3);
    CHECK(pinned.count(Severity::problem) == 0);
    CHECK(pinned.required == 2);
    CHECK(pinned.declared == 7);
}

TEST_CASE("the preferred quantization") {
    struct Row {
        const char* model;
        const char* from;
        const char* found; // empty: nothing to say
    };
    const Row row =
        GENERATE(Row{"m:7b-q4_0", "", ""}, Row{"m:7b-instruct-q4_K_M", "", "Q4_K_M by its tag"}, Row{"m:7b", "", ""},
                 Row{"m:qwen-7b", "", ""}, Row{"hf.co/o/r:Q8_0", "", "Q8_0 by its tag"},
                 Row{"m:7b-fp16", "", "F16 by its tag"}, Row{"hf.co/o/r:IQ2_XXS", "", "IQ2_XXS by its tag"},
                 Row{"m:7b-q4_0", "m:7b-q8_0", "Q8_0 by the tag that its content comes from"},
                 Row{"m:7b-q8_0", "m:7b-q4_0", ""});
    CAPTURE(row.model, row.from);
    const std::string from = *row.from == 0 ? "" : "\"from\":\"" + std::string(row.from) + "\"";
    const std::string text = R"({"schema":1,"policy":{"quantization":["Q4_0","Q4_1"]},"models":{")" +
                             std::string(row.model) + "\":{" + from + "}}}";
    const use::Report report = examined(text.c_str());
    CHECK(report.findings.size() == (*row.found == 0 ? 0 : 1));
    for (const use::Finding& finding : report.findings) {
        CHECK(finding.severity == Severity::warning);
        CHECK(finding.text == "its quantization is " + std::string(row.found) + ", the policy prefers Q4_0 or Q4_1");
    }
    // The lock knows better.
    const use::Report locked = examined(text.c_str(), {{ModelName::parse(row.model), pin("m:7b", {{"w", 1}}, "Q4_1")}});
    for (const use::Finding& finding : locked.findings)
        CHECK(finding.rule == Rule::source); // this test's pins come from anywhere
}

TEST_CASE("without a policy, a budget, a pin there is nothing to say") {
    const use::Report report = examined(R"({"schema":1,"models":{"m:7b-q8_0":{},"other":{}}})");
    CHECK(report.findings.empty());
    CHECK(report.required == 0);
}
