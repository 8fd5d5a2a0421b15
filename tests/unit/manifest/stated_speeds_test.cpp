#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/error.hpp"
#include "codemate/manifest/stated_speeds.hpp"

using namespace codemate;
using namespace codemate::manifest;

namespace {

const std::vector<StatedSpeed>& of(const StatedSpeeds& speeds, const char* name) {
    return speeds.at(ModelName::parse(name));
}

std::string mistake_in(const char* hardware) {
    const std::string text = std::string(R"({"benchmarks": {"hardware": [)") + hardware + "]}}";
    try {
        parse_stated_speeds(text, "codemate.releases.json");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::manifest);
        return error.message();
    }
    return {};
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("the speeds that the built-in set states") {
    const StatedSpeeds speeds = load_stated_speeds(Origin{});
    CHECK(speeds.size() == 3);
    const auto& mistral = of(speeds, "MISTRAL"); // as the server compares names
    REQUIRE(mistral.size() == 3);
    CHECK(mistral[0].processor == "cpu");
    CHECK(mistral[0].hardware == "Intel i7-12700K");
    CHECK(mistral[0].memory == "32GB");
    CHECK(mistral[0].decode_tps == 15);
    CHECK(mistral[0].ttft_ms_min == 200);
    CHECK(mistral[0].ttft_ms_max == 500);
    CHECK(mistral[2].decode_tps == 90);
    CHECK(!mistral[2].ttft_ms_min);
    CHECK(of(speeds, "qwen2.5-coder:32b").front().hardware == "NVIDIA RTX 4090");
}

TEST_CASE("a project's own speeds stand beside its manifest") {
    const test::TempDir directory;
    const Origin origin{Origin::How::found, directory.path() / "codemate.json", "./codemate.json"};
    CHECK(load_stated_speeds(origin).empty());
    directory.write("codemate.releases.json", R"({"schema": 1})");
    CHECK(load_stated_speeds(origin).empty());
    directory.write("codemate.releases.json",
                    R"({"benchmarks": {"hardware": [{"name": "a box", "models": [{"model": "tiny"}]}]}} // ours)");
    const StatedSpeeds speeds = load_stated_speeds(origin);
    CHECK(of(speeds, "tiny").front().hardware == "a box");
    CHECK(!of(speeds, "tiny").front().decode_tps);
}

TEST_CASE("mistakes in stated speeds say where") {
    CHECK(has(mistake_in("4"), "/benchmarks/hardware/0"));
    CHECK(has(mistake_in(R"({"models": [{"decode_tps": 1}]})"), "/benchmarks/hardware/0/models/0"));
    CHECK(has(mistake_in(R"({"models": [{"model": "a b"}]})"), "expected a model's name"));
    CHECK(has(mistake_in(R"({"models": [{"model": "a", "decode_tps": "12"}]})"), "expected a number above nought"));
    CHECK(has(mistake_in(R"({"models": [{"model": "a", "decode_tps": 0}]})"), "expected a number above nought"));
    CHECK(has(mistake_in(R"({"ttft_ms": {"min": -1}, "models": []})"), "/ttft_ms/min"));
    CHECK(has(mistake_in("{"), "line 1"));
}
