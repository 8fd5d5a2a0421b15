#include "cli/world.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

#include "codemate/json/value.hpp"
#include "codemate/machine/programs.hpp"
#include "codemate/manifest/lock.hpp"

#include <filesystem>

using namespace codemate;
using test::Arguments;
using test::Place;
using test::read_text;

namespace {

const char* const project = R"({
  "schema": 1,
  "project": "ours", // kept
  "roles": { "primary": "coder:7b" }
}
)";

manifest::Locked pin(const std::string& content) {
    return {Digest::of(content), ModelName::parse("coder:7b"), ByteCount(5000), "Q4_0", {}, {}, {}};
}

// A checkout with a pinned model, where git finds nothing of this machine's settings.
struct Checkout : Place {
    Checkout() {
        set("GIT_CONFIG_GLOBAL", "/dev/null");
        set("GIT_CONFIG_NOSYSTEM", "1");
        for (const char* who : {"AUTHOR", "COMMITTER"}) {
            set(std::string("GIT_") + who + "_NAME", "T");
            set(std::string("GIT_") + who + "_EMAIL", "t@example.org");
        }
        directory().write("codemate.json", project);
        lock("one");
    }
    void lock(const std::string& content) const {
        directory().write("codemate.lock",
                          manifest::to_text(manifest::Lock{{{ModelName::parse("coder:7b"), pin(content)}}}));
    }
    int git(Arguments words) const {
        Arguments command{"git",         "-C", directory().path().string(), "-c",
                          "user.name=T", "-c", "user.email=t@example.org"};
        command.insert(command.end(), words.begin(), words.end());
        return machine::make_programs()->run({.command = command}, {}).status;
    }
    std::string text(const char* file) const { return read_text(directory() / file); }
    bool has(const std::string& out, const std::string& part) const { return out.find(part) != std::string::npos; }
};

} // namespace

TEST_CASE("a release is recorded, committed by hand as printed, tagged and compared") {
    const Checkout place;
    place.directory().write("CHANGELOG.md", "# Log\r\n\r\n## [Unreleased]\r\n");
    REQUIRE(place.git({"init", "-q", "-b", "main"}) == 0);
    REQUIRE(place.git({"remote", "add", "origin", "https://example.org/x.git"}) == 0);
    REQUIRE(place.git({"add", "-A"}) == 0);
    REQUIRE(place.git({"commit", "-q", "-m", "x"}) == 0);
    REQUIRE(place.codemate({"docs"}).status() == 0);

    const auto dry = place.codemate({"release", "1.0.0", "--dry-run", "--date", "2026-01-31"});
    CHECK(dry.status() == 0);
    CHECK(dry.out.ends_with("nothing was written\n"));
    CHECK(place.text("codemate.json") == project);

    const auto first = place.codemate({"release", "v1.0.0", "--date", "2026-01-31", "--notes", "the first"});
    CHECK(first.status() == 0);
    CHECK(test::golden_difference("release.txt", first.out) == "");
    CHECK(place.text("codemate.json")
              .ends_with("\"roles\": { \"primary\": \"coder:7b\" },\n  \"version\": \"1.0.0\"\n}\n"));
    CHECK(
        place.has(place.text("CHANGELOG.md"), "### Changed\r\n\r\n- Models of release 1.0.0: first recorded release"));
    CHECK(place.has(place.text("docs/MODEL_VERSIONS.md"), "### v1.0.0 (2026-01-31) - Current\n"));
    CHECK(place.codemate({"docs", "--check"}).status() == 0);

    const auto early = place.codemate({"release", "1.0.0", "--tag"});
    CHECK(early.status() == 7);
    CHECK(place.has(early.err, "  git commit -m 'Update model: release 1.0.0'\n"));
    REQUIRE(place.git({"add", "-A"}) == 0);
    REQUIRE(place.git({"commit", "-q", "-m", "Update model: release 1.0.0"}) == 0);
    const auto tagged = place.codemate({"release", "1.0.0", "--tag", "--json"});
    CHECK(tagged.status() == 0);
    const json::Value document = test::checked_document(tagged.out, "release");
    CHECK(*document.find("tag") == json::Value("models-v1.0.0"));
    CHECK(*document.find("message") == json::Value("Model configuration for version 1.0.0\n\ncoder:7b (primary) " +
                                                   Digest::of("one").text() + "\n"));
    CHECK(document.find("next")->elements().front() == json::Value("git push origin main models-v1.0.0"));
    CHECK(place.git({"cat-file", "tag", "models-v1.0.0"}) == 0); // annotated
    CHECK(place.codemate({"release", "1.0.0", "--tag"}).status() == 7);

    CHECK(place.codemate({"release", "1.1.0-rc.1"}).status() == 0);
    place.lock("two");
    const auto second = place.codemate({"release", "1.1.0", "--json"});
    const json::Value recorded = test::checked_document(second.out, "release");
    CHECK(place.has(place.codemate({"release", "1.1.0-rc.1", "--tag"}).err, "the last recorded release is 1.1.0"));
    CHECK(recorded.find("release")->find("changes")->string()->starts_with("coder:7b: " + Digest::of("one").id() +
                                                                           " → "));
    const auto list = place.codemate({"release"});
    CHECK(place.has(list.out, "1.1.0 (current)"));
    CHECK(place.has(list.out, "1.1.0-rc.1"));
    CHECK(place.codemate({"release", "1.0.0..1.1.0-rc.1"}).out ==
          "1.0.0 → 1.1.0-rc.1\ncoder:7b: the same, " + Digest::of("one").id() + "\nno model changes\n");
    const json::Value compared =
        test::checked_document(place.codemate({"release", "1.0.0..", "--json"}).out, "release");
    CHECK(compared.find("comparison")->find("no_model_changes")->boolean() == false);
    test::checked_document(place.codemate({"release", "--json"}).out, "release");
}

TEST_CASE("what a release cannot be is refused, with the status that says why") {
    const Checkout place;
    const Checkout ignoring;
    ignoring.directory().write(".gitignore", "codemate.lock\n");
    REQUIRE(ignoring.git({"init", "-q", "-b", "main"}) == 0);
    CHECK(ignoring.has(ignoring.codemate({"release", "1.0.0"}).out, "git is told to ignore codemate.lock"));
    REQUIRE(ignoring.git({"add", "-A"}) == 0);
    REQUIRE(ignoring.git({"commit", "-q", "-m", "x"}) == 0);
    CHECK(ignoring.codemate({"release", "1.0.0", "--tag"}).status() == 7);
    CHECK(place.codemate({"release", "1.0"}).status() == 2);
    CHECK(place.codemate({"release", "1.0.0", "--date", "today"}).status() == 2);
    CHECK(place.codemate({"release", "--tag"}).status() == 2);
    CHECK(place.codemate({"release", "..1.0.0"}).status() == 2);
    CHECK(place.codemate({"release", "1.0.0..2.0.0"}).status() == 5);
    CHECK(place.codemate({"release", "1.0.0", "--manifest", "builtin"}).status() == 2);
    const auto too_early = place.codemate({"release", "1.0.0", "--tag"});
    CHECK(too_early.status() == 7);
    CHECK(place.has(too_early.err, "`codemate release 1.0.0` records it"));
    CHECK(place.codemate({"release", "1.0", "--tag"}).status() == 2);
    CHECK_FALSE(std::filesystem::exists(place.directory() / "codemate.releases.json")); // nothing was recorded
    CHECK(place.has(place.codemate({"release", "1.0.0"}).out, "there is no checkout to commit to"));
    CHECK(place.codemate({"release", "1.0.0", "--tag"}).status() == 7);
    CHECK(place.codemate({"release", "1.0.0"}).status() == 7);
    CHECK(place.codemate({"release", "0.9.0"}).status() == 7);
    std::filesystem::remove(place.directory() / "codemate.lock");
    const auto unpinned = place.codemate({"release", "1.1.0", "--json"});
    CHECK(unpinned.status() == 3);
    test::checked_document(unpinned.out, "release");
    place.directory().write("codemate.releases.json", "{\n  \"schema\": 1,\n  \"relases\": []\n}\n");
    const auto broken = place.codemate({"release"});
    CHECK(broken.status() == 2);
    CHECK(place.has(broken.err, "line 3: /relases: unknown key 'relases' (did you mean 'releases'?)"));
}

TEST_CASE("the document is written, checked, and left alone where people wrote it") {
    Checkout place;
    CHECK(place.codemate({"docs", "--check"}).status() == 3);
    CHECK(place.codemate({"check"}).status() == 0); // nothing to say of a document that is not there
    CHECK(place.codemate({"docs", "--dry-run"})
              .out.starts_with("<!-- codemate:begin overview -->\n# Model Version History\n"));
    CHECK_FALSE(std::filesystem::exists(place.directory() / "docs"));
    const json::Value written = test::checked_document(place.codemate({"docs", "--json"}).out, "docs");
    CHECK(written.find("written")->boolean() == true);
    CHECK(place.codemate({"docs", "--check"}).out == "./docs/MODEL_VERSIONS.md: no problems\n");
    CHECK(place.codemate({"docs"}).out == "./docs/MODEL_VERSIONS.md is up to date; nothing was written\n");

    const std::string document = place.text("docs/MODEL_VERSIONS.md");
    place.directory().write("docs/MODEL_VERSIONS.md",
                            "mine\n\nabc123def456 runs at 12 tokens/s, see [x](gone.md)\n" + document);
    CHECK(place.codemate({"docs"}).status() == 0);
    place.lock("two");
    const auto found = place.codemate({"docs", "--check", "--json"});
    CHECK(found.status() == 3);
    std::vector<std::string> rules;
    const json::Value findings = test::checked_document(found.out, "docs");
    for (const json::Value& finding : findings.find("findings")->elements())
        rules.push_back(*finding.find("rule")->string());
    CHECK(rules == std::vector<std::string>{"document_placeholder", "document_figure", "document_link",
                                            "document_stale", "document_stale"}); // the digest stands in two parts
    const auto checked = place.codemate({"check"});
    CHECK(checked.status() == 3);
    CHECK(place.has(checked.out, "problem: ./docs/MODEL_VERSIONS.md: line 3: "));
    place.set("GITHUB_ACTIONS", "true");
    CHECK(place.has(place.codemate({"docs", "--check"}).err,
                    "MODEL_VERSIONS.md,line=3::a dead link: there is no file 'gone.md'\n"));
    test::checked_document(place.codemate({"check", "--json"}).out, "check");

    place.directory().write("docs/MODEL_VERSIONS.md", "<!-- codemate:begin history -->\n");
    CHECK(place.codemate({"docs"}).status() == 2);
    place.directory().write("docs/MODEL_VERSIONS.md", "# Mine\n");
    CHECK(place.codemate({"docs"}).status() == 7);
    CHECK(place.text("docs/MODEL_VERSIONS.md") == "# Mine\n");
}

TEST_CASE("the built-in set has its document and its history, and no place to write them") {
    const Place place;
    CHECK(place.codemate({"docs", "--dry-run"}).out.find("### v0.4.0 (2024-12-23) - Current") != std::string::npos);
    CHECK(place.codemate({"docs"}).status() == 2);
    CHECK(place.codemate({"docs", "--check", "--dry-run"}).status() == 2);
    CHECK(place.codemate({"release"}).out.find("0.4.0 (current)") != std::string::npos);
    CHECK(place.codemate({"release", "0.1.0..0.4.0"}).out.find("recorded no digest") != std::string::npos);
}
