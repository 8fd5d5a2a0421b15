#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/error.hpp"
#include "codemate/manifest/releases.hpp"

using namespace codemate;
using namespace codemate::manifest;

namespace {

const char* const history = R"({
  // ours
  "schema": 1,
  "releases": [
    {
      "version": "0.4.0",
      "date": "2024-12-23",
      "current": true,
      "primary": "coder:7b",
      "changes": "none"
    }
  ]
}
)";

Locked pin(const std::string& content) {
    Locked locked{Digest::of(content), ModelName::parse("coder:7b"), ByteCount(5000), "Q4_0", {}, {}, {}};
    return locked;
}

Release release(const std::string& version) {
    Release made{version, "2026-01-31"};
    made.roles = {{"primary", ModelName::parse("coder:7b")}};
    made.models.emplace(ModelName::parse("coder:7b"), pin("a"));
    made.changes = "no model changes";
    return made;
}

std::vector<std::string> mistakes(std::string_view text) {
    std::vector<std::string> all;
    for (const Problem& problem : parse_releases(text).problems)
        all.push_back("line " + std::to_string(problem.line) + ": " + problem.path + ": " + problem.text);
    return all;
}

bool has(const std::vector<std::string>& all, std::string_view part) {
    for (const std::string& each : all) {
        if (each.find(part) != std::string::npos) return true;
    }
    return false;
}

} // namespace

TEST_CASE("the four releases of the built-in set are data, without digests") {
    const Releases releases = ReleasesFile(Origin{}).load();
    REQUIRE(releases.releases.size() == 4);
    const Release& last = releases.releases.front();
    CHECK(last.version == "0.4.0");
    CHECK(last.role("primary")->display() == "qwen2.5-coder:7b-q4_0");
    CHECK(last.role("fallback")->display() == "mistral:latest");
    CHECK(last.role("embedding") == nullptr);
    CHECK_FALSE(last.has_digests());
    CHECK(releases.find("v0.1.0")->date == "2024-12-13");
    CHECK(releases.find("0.9.0") == nullptr);
    CHECK(releases.benchmark_notes.size() == 1);
    CHECK(releases.measured.empty());
}

TEST_CASE("a release comes first, and nothing else changes but what was current") {
    const std::string after = with_release(history, release("0.5.0"));
    CHECK(after.find("  // ours\n") != std::string::npos);
    CHECK(after.find("\"current\": false,\n      \"primary\": \"coder:7b\"") != std::string::npos);
    const ParsedReleases parsed = parse_releases(after);
    REQUIRE(parsed.problems.empty());
    REQUIRE(parsed.releases.releases.size() == 2);
    const Release& first = parsed.releases.releases.front();
    CHECK(first.version == "0.5.0");
    CHECK(first.changes == "no model changes");
    REQUIRE(first.find(ModelName::parse("CODER:7b")) != nullptr); // as the server compares names
    CHECK(first.find(ModelName::parse("coder:7b"))->digest == Digest::of("a"));
    CHECK(parse_releases(with_release(after, release("0.6.0"))).releases.releases.front().version == "0.6.0");
}

TEST_CASE("mistakes are told together, with line and place") {
    const auto found = mistakes(R"({ "schema": 1,
"releases": [ { "version": "one", "date": "2024-13-01", "roles": { "a b": "m" } },
{ "version": "1.0.0", "date": "2024-12-01", "colour": "red", "models": { "m": { "digest": "sha256:12" } } },
{ "version": "1.0.0", "date": "2024-12-01" }, { "version": "2.0.0" } ],
"benchmarks": { "measured": [ { "hardware": "x", "decode_tps": { "median": 0 } } ] } })");
    for (const char* part :
         {"line 2: /releases/0/version: expected a version", "line 2: /releases/0/date: expected a date",
          "line 2: /releases/0/roles/a b: the name of a role", "line 3: /releases/1/colour: unknown key",
          "line 3: /releases/1/models/m/digest: expected a digest",
          "line 3: /releases/1/models/m/source: the key is missing",
          "line 4: /releases/2/version: '1.0.0' is recorded twice; first on line 3",
          "line 4: /releases/3/date: the key is missing", "line 5: /benchmarks/measured/0/model: the key is missing"}) {
        INFO(part);
        CHECK(has(found, part));
    }
    CHECK(has(mistakes("{"), "not valid JSON"));
    CHECK(has(mistakes(R"({"schema": 2})"), "understands schema 1 and nothing newer"));
}

TEST_CASE("measurements are kept, rounded to what they are worth") {
    MeasuredSpeed speed{ModelName::parse("coder:7b"), Digest::of("a")};
    speed.at = "2026-01-31T10:00:00Z";
    speed.hardware = "a card";
    speed.num_ctx = 4096;
    speed.runs = 5;
    speed.gpu_percent = 100;
    speed.decode_tps = MeasuredFigure{40.123456, 39.5, 41};
    speed.load_ms = 1234.5678;
    const ParsedReleases parsed = parse_releases(with_measured(history, {speed}));
    REQUIRE(parsed.problems.empty());
    REQUIRE(parsed.releases.measured.size() == 1);
    MeasuredSpeed expected = speed;
    expected.decode_tps->median = 40.12;
    expected.load_ms = 1235;
    CHECK(parsed.releases.measured.front() == expected);
    CHECK(with_measured(with_measured(history, {speed}), {expected}) == with_measured(history, {speed}));
}

TEST_CASE("versions are compared as semantic versions are") {
    const std::vector<std::string> rising{
        "0.4",        "0.4.1",       "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
        "1.0.0-rc.2", "1.0.0-rc.11", "1.0.0",       "1.2.0",         "1.10.0"};
    for (std::size_t i = 0; i < rising.size(); ++i) {
        for (std::size_t k = 0; k < rising.size(); ++k) {
            INFO(rising[i] << " " << rising[k]);
            CHECK((compare_versions(rising[i], rising[k]) == (i <=> k)));
        }
    }
    CHECK((compare_versions("1.0.0+a", "1.0.0+b") == 0));
    for (const char* good : {"0.0.1", "1.2.3-rc.1", "1.2.3+7", "10.20.30-a-b.c+d.e"})
        CHECK(is_semantic_version(good));
    for (const char* bad :
         {"", "1", "1.2", "1.2.3.4", "v1.2.3", "1.2.x", "01.2.3", "1.2.3-", "1.2.3-a..b", "1.2.3+", "1.2.3 "})
        CHECK_FALSE(is_semantic_version(bad));
}

TEST_CASE("the file beside a manifest is made where it lacks, and never written over mistakes") {
    const test::TempDir directory;
    const ReleasesFile file({Origin::How::found, directory / "codemate.json", "./codemate.json"});
    CHECK(file.shown() == "./codemate.releases.json");
    CHECK(file.load().releases.empty());
    file.update([](const std::string& text) { return with_release(text, release("1.0.0")); }, "ours", {});
    CHECK(file.load().find("1.0.0") != nullptr);
    CHECK(file.read()->find("\"project\": \"ours\"") != std::string::npos);
    directory.write("codemate.releases.json", "{ \"schema\": 1, \"relases\": [] }");
    CHECK_THROWS_AS(file.load(), Error);
    CHECK_THROWS_AS(file.update([](const std::string& text) { return text + " "; }, "", {}), Error);
    CHECK(*file.read() == "{ \"schema\": 1, \"relases\": [] }");
}
