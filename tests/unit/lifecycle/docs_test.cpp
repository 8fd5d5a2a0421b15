#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "unit/lifecycle/images.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/base/error.hpp"
#include "codemate/lifecycle/docs.hpp"

using namespace codemate;
namespace use = lifecycle::docs;
using use::Finding;
using use::Section;
using namespace std::chrono_literals;

namespace {

const std::vector<Section> two{{"a", "one\ntwo\n"}, {"b", "three\n"}};

std::vector<std::string> mistakes(const std::string& text) {
    std::vector<std::string> all;
    for (const use::Mistake& mistake : use::compose(text, two).mistakes)
        all.push_back(std::to_string(mistake.line) + ": " + mistake.text);
    return all;
}

std::vector<std::size_t> lines_of(const std::vector<Finding>& findings) {
    std::vector<std::size_t> lines;
    for (const Finding& finding : findings)
        lines.push_back(finding.line);
    return lines;
}

std::vector<std::size_t> placeholders(std::string_view text, const std::set<std::string>& known = {}) {
    std::vector<Finding> findings;
    use::check_placeholders(text, known, findings);
    return lines_of(findings);
}

std::vector<std::size_t> figures(std::string_view text) {
    std::vector<Finding> findings;
    use::check_figures(text, findings);
    return lines_of(findings);
}

std::vector<std::string> dead(std::string_view text, const std::map<std::string, use::Target>& targets = {}) {
    std::vector<Finding> findings;
    use::check_links(text, targets, findings);
    std::vector<std::string> texts;
    for (const Finding& finding : findings)
        texts.push_back(std::to_string(finding.line) + ": " + finding.text);
    return texts;
}

const char* const project = R"({ "schema": 1, "project": "ours", "version": "1.0.0",
  "roles": { "primary": "coder:7b" },
  "about": { "references": { "Guide": "docs/GUIDE.md", "Site": "https://example.org/x" } } })";

// A project on the disk.
struct Project {
    test::TempDir dir;
    manifest::Origin origin{manifest::Origin::How::found, dir / "codemate.json", "./codemate.json"};
    manifest::ReleasesFile releases{origin};
    std::optional<manifest::Lock> lock;

    explicit Project(const char* text = project) { dir.write("codemate.json", text); }
    manifest::Manifest manifest() const {
        return manifest::parse(test::read_text(dir / "codemate.json"), origin).manifest;
    }
    use::Ports ports(const state::Benchmarks* memory = nullptr) const {
        return {releases, memory, use::document_path(origin)};
    }
    use::Report write(const state::Benchmarks* memory = nullptr) const {
        return use::execute(manifest(), lock, ports(memory), {});
    }
    std::vector<Finding> check() const { return use::examine(use::gather(manifest(), lock, ports(), {}), ports(), {}); }
    std::string text() const { return test::read_text(use::document_path(origin)); }
    std::filesystem::path replace(const std::string& text) const { return dir.write("docs/MODEL_VERSIONS.md", text); }
};

Kind kind_of(const Project& place) {
    try {
        place.write();
    } catch (const Error& error) {
        return error.kind();
    }
    return Kind::defect;
}

state::Benchmark benchmark(std::string_view name, Time at, Duration token) {
    state::Benchmark entry{at, "http://server:1", "0.32.15", "0.1.0", ModelName::parse(name)};
    entry.digest = test::locked(test::image("w", "Q4_0"), "coder:7b").digest;
    entry.hardware = "a card";
    entry.num_ctx = 4096;
    entry.memory = ByteCount(100);
    entry.memory_gpu = ByteCount(60);
    const state::Sample run{30ms, 400ms, 2ms, 20ms, 64 * token, 256, 64};
    entry.runs = {run, run, run};
    return entry;
}

} // namespace

TEST_CASE("parts are written between their markers, and all else stays byte for byte") {
    const std::string before =
        "\xEF\xBB\xBFmine \xE9\r\n<!-- codemate:begin b -->\r\nold\r\n<!-- codemate:end b -->\r\n\r\n"
        "  <!-- codemate:begin a -->  \r\n<!-- codemate:end a -->\r\nend";
    const use::Composed composed = use::compose(before, two);
    CHECK(composed.text ==
          "\xEF\xBB\xBFmine \xE9\r\n<!-- codemate:begin b -->\r\nthree\r\n<!-- codemate:end b -->\r\n\r\n"
          "  <!-- codemate:begin a -->  \r\none\r\ntwo\r\n<!-- codemate:end a -->\r\nend");
    CHECK(composed.changed == std::vector<std::string>{"b", "a"});
    CHECK(composed.first_difference.at("b") == 3);
    CHECK(use::compose(composed.text, two).changed.empty());
    CHECK(use::compose(composed.text, two).text == composed.text);
}

TEST_CASE("each part has the line ends that most of its own lines have") {
    const std::string mixed =
        "one line of an old editor\r\n<!-- codemate:begin a -->\none\ntwo\n<!-- codemate:end a -->\n"
        "<!-- codemate:begin b -->\r\nthree\r\n<!-- codemate:end b -->\r\n";
    CHECK(use::compose(mixed, two).changed.empty());
    CHECK(use::compose(mixed, two).text == mixed);
    CHECK(use::compose("<!-- codemate:begin a -->\none\r\nold\n<!-- codemate:end a -->\n", two).text ==
          "<!-- codemate:begin a -->\none\ntwo\n<!-- codemate:end a -->\n");
}

TEST_CASE("a document from nothing has all parts; one that lacks some leaves them out") {
    const use::Composed fresh = use::compose(std::nullopt, two);
    CHECK(fresh.text == "<!-- codemate:begin a -->\none\ntwo\n<!-- codemate:end a -->\n\n"
                        "<!-- codemate:begin b -->\nthree\n<!-- codemate:end b -->\n");
    const use::Composed one = use::compose("<!-- codemate:begin b -->\n<!-- codemate:end b -->\n", two);
    CHECK(one.absent == std::vector<std::string>{"a"});
    CHECK_FALSE(use::compose("# Mine\n", two).has_markers);
    CHECK(use::compose("\r\n", two).text == fresh.text); // nobody wrote anything
}

TEST_CASE("markers in a block of code, or within a line, are text") {
    const std::string shown = "```\n<!-- codemate:begin a -->\n```\nsay <!-- codemate:end a --> there\n";
    CHECK(mistakes(shown).empty());
    CHECK_FALSE(use::compose(shown, two).has_markers);
}

TEST_CASE("broken markers are told with their lines") {
    CHECK(mistakes("<!-- codemate:begin a -->\n") ==
          std::vector<std::string>{"1: the part 'a' begins here and does not end"});
    CHECK(mistakes("\n<!-- codemate:end a -->\n") ==
          std::vector<std::string>{"2: the part 'a' ends here and has not begun"});
    const std::string a = "<!-- codemate:begin a -->\n<!-- codemate:end a -->\n";
    CHECK(mistakes(a + a) == std::vector<std::string>{"3: the part 'a' is there twice; first on line 1"});
    CHECK(mistakes("<!-- codemate:begin a -->\n<!-- codemate:begin b -->\n<!-- codemate:end b -->\n<!-- codemate:end a "
                   "-->\n") ==
          std::vector<std::string>{"2: the part 'b' begins within the part 'a', which began on line 1"});
    CHECK(mistakes("<!-- codemate:begin a -->\n<!-- codemate:begin b -->\n<!-- codemate:end b -->\n").size() == 1);
    CHECK(mistakes("<!-- codemate:begin zebra -->\n<!-- codemate:end zebra -->\n") ==
          std::vector<std::string>{"1: there is no part 'zebra'; known are a and b"});
}

TEST_CASE("placeholders for digests are found, also in blocks of code, and real digests are not") {
    CHECK(placeholders("# qwen    abc123def456    4.7GB\n# mistral 789ghi012jkl 4.1GB\n") ==
          std::vector<std::size_t>{1, 2});
    CHECK(placeholders("```bash\nabc123def456\n```\n") == std::vector<std::size_t>{2});
    CHECK(placeholders("```text example\nabc123def456\n```\n").empty());
    CHECK(placeholders("digest: sha256:abcd\n") == std::vector<std::size_t>{1});
    CHECK(placeholders("sha256:" + Digest::of("x").hex() + " and sha256:6577803aa9a0 and sha256:6577…\n").empty());
    CHECK(placeholders("Digest xxxxxxxxxxxx\nDigest 000000000000\ndigest 0123456789ab\n") ==
          std::vector<std::size_t>{1, 2, 3});
    CHECK(placeholders(Digest::of("x").hex() + "\nID 6577803aa9a0\n").empty());
    CHECK(placeholders("abc123def456\n", {"abc123def456"}).empty()); // a digest may look so
    CHECK(placeholders("international acknowledged\n").empty());
}

TEST_CASE("a speed outside codemate's parts has to say where it comes from") {
    CHECK(figures("- **qwen:** ~12 tokens/sec\n") == std::vector<std::size_t>{1});
    CHECK(figures("First token latency: 200-500ms\n15 tok/s\n") == std::vector<std::size_t>{1, 2});
    CHECK(figures("~12 tokens/sec (stated)\n").empty());
    CHECK(figures("## Measured on my machine\n\n- 12 tokens/s\n").empty());
    CHECK(figures("## Measured\n### Sub\n12 tokens/s\n## Other\n12 tokens/s\n") == std::vector<std::size_t>{5});
    CHECK(figures("unmeasured: 12 tokens/s\n") == std::vector<std::size_t>{1});
    CHECK(figures("<!-- codemate:begin a -->\n12 tokens/s\n<!-- codemate:end a -->\n").empty());
    CHECK(figures("A timeout of 200ms, 12 tokens, latency matters\n") == std::vector<std::size_t>{1});
    CHECK(figures("A timeout of 200ms; prompts of 512 tokens\n").empty());
}

TEST_CASE("links to files and headings are followed") {
    const std::map<std::string, use::Target> targets{{"GUIDE.md", {true, {"how-to"}}}, {"../a b.sh", {true, {}}}};
    CHECK(dead("# Top\n[a](GUIDE.md) [b](GUIDE.md#how-to) [c](#top) [d](../a%20b.sh \"t\") [e](<../a b.sh>)\n"
               "[f](https://x.org/y.md) [g](mailto:a@b) ![h](GUIDE.md)\n[ref]: GUIDE.md\n",
               targets)
              .empty());
    CHECK(dead("[a](NO.md)\n[b](GUIDE.md#gone)\n[c](#gone)\n[ref]: NO.md\n", targets) ==
          std::vector<std::string>{"1: a dead link: there is no file 'NO.md'",
                                   "2: a dead link: there is no heading for '#gone' in 'GUIDE.md'",
                                   "3: a dead link: there is no heading for '#gone' here",
                                   "4: a dead link: there is no file 'NO.md'"});
    CHECK(dead("`[a](NO.md)`\n```\n[a](NO.md)\n```\n").empty());
    CHECK(dead("<!-- [a](NO.md) -->\n<!--\n[a](NO.md)\n--> [text](a b.md)\n").empty());
    CHECK(dead("<!-- x --> [a](NO.md 'title') <!-- y\n--> [b](NO.md)\n").size() == 2);
    CHECK(use::anchors_of("# Model Checksums (v0.4.0)\n## A\n## A\n## `code` & [link](x)\n<a name=\"own\"></a>\n") ==
          std::set<std::string>{"model-checksums-v040", "a", "a-1", "code--link", "own"});
}

TEST_CASE("what is written is what is checked, and a reference without its file is no link") {
    Project place;
    CHECK(place.check().front().text == "there is no such file");
    const use::Report first = place.write();
    CHECK(first.wrote_document);
    CHECK(place.check().empty());
    CHECK(place.text().find("- Guide: `docs/GUIDE.md`\n") != std::string::npos);
    CHECK(place.text().find("- [Site](https://example.org/x)\n") != std::string::npos);
    CHECK_FALSE(place.write().wrote_document);
    place.dir.write("docs/GUIDE.md", "# Guide\n");
    REQUIRE(place.check().size() == 2); // references and questions
    CHECK(place.check().front().rule == use::Rule::stale);
    place.write();
    CHECK(place.text().find("- [Guide](GUIDE.md)\n") != std::string::npos);
    CHECK(place.check().empty());
}

TEST_CASE("a document that people wrote is left alone, and one with broken markers too") {
    const Project place;
    place.replace("\n");
    CHECK(place.check().front().text == "it is empty");
    place.replace("# Mine\n");
    CHECK(kind_of(place) == Kind::refused);
    CHECK(place.check().front().text == "it has no part that codemate writes");
    place.replace("<!-- codemate:begin history -->\n");
    CHECK(kind_of(place) == Kind::manifest);
    CHECK(place.check().front().line == 1);
    CHECK(place.text() == "<!-- codemate:begin history -->\n");
    place.replace("mine\n<!-- codemate:begin history -->\n<!-- codemate:end history -->\nmine, too\n");
    place.write();
    CHECK(place.text().starts_with("mine\n<!-- codemate:begin history -->\n## Version History\n"));
    CHECK(place.text().ends_with("<!-- codemate:end history -->\nmine, too\n"));
    CHECK(place.check().empty());
}

TEST_CASE("no document is written through a link out of the project") {
    const Project place;
    const test::TempDir elsewhere;
    std::filesystem::create_directory_symlink(elsewhere.path(), place.dir / "docs");
    CHECK(kind_of(place) == Kind::storage);
    CHECK(std::filesystem::is_empty(elsewhere.path()));
    std::filesystem::remove(place.dir / "docs");
    std::filesystem::create_directory(place.dir / "papers");
    std::filesystem::create_directory_symlink("papers", place.dir / "docs"); // within it is people's own business
    CHECK(place.write().wrote_document);
}

TEST_CASE("measurements of this machine go into the history, and the document is made of that alone") {
    Project place;
    place.lock.emplace();
    place.lock->models.emplace(ModelName::parse("coder:7b"), test::locked(test::image("w", "Q4_0"), "coder:7b"));
    const state::Benchmarks memory(place.dir / "state/benchmarks.jsonl");
    memory.add(benchmark("coder:7b", Time(100s), 20ms), {});
    memory.add(benchmark("coder:7b", Time(200s), 25ms), {}); // the later one counts
    memory.add(benchmark("undeclared:1b", Time(300s), 1ms), {});
    state::Benchmark other = benchmark("coder:7b", Time(400s), 1ms);
    other.digest = Digest::of("not the locked one");
    memory.add(other, {});

    const use::Report report = place.write(&memory);
    CHECK(report.wrote_history);
    CHECK(report.plan.recorded == 1);
    CHECK(place.text().find("### Measured: a card\n") != std::string::npos);
    CHECK(place.text().find("| 40 (40 to 40) |") != std::string::npos);
    CHECK(place.text().find("| 60 % | 3 | 0.32.15 | 1970-01-01T00:03:20Z |") != std::string::npos);
    CHECK(place.check().empty()); // without that memory, as on another machine
    CHECK_FALSE(place.write().wrote_document);
    const use::Report again = place.write(&memory);
    CHECK_FALSE(again.wrote_history);
    CHECK_FALSE(again.wrote_document);
}

TEST_CASE("a project that declares little gets a short document, and nothing is made up") {
    const Project place(R"({ "schema": 1, "roles": { "chat": "mistral" } })");
    place.write();
    const std::string text = place.text();
    for (const char* absent :
         {"Selection Criteria", "Alternative Models", "## Notes", "rm -rf", "teardown", "Stated:", "qwen"}) {
        INFO(absent);
        CHECK(text.find(absent) == std::string::npos);
    }
    for (const char* there : {"No release is recorded yet", "Nothing is locked", "Nothing is measured yet",
                              "This project declares no embedding model", "each release of this project"}) {
        INFO(there);
        CHECK(text.find(there) != std::string::npos);
    }
    CHECK(place.check().empty());
}

TEST_CASE("a group of which nothing is stated is a sentence, and no row of dashes") {
    const Project place(
        R"({ "schema": 1, "roles": { "chat": "mistral" }, "groups": { "more": ["m:1b"], "big": ["b:70b"] },
        "models": { "m:1b": {}, "b:70b": { "about": { "stated": { "size": "40GB" } } } } })");
    place.write();
    CHECK(place.text().find("The group `more` has `m:1b`, too, of which nothing is stated: `codemate pull more`") !=
          std::string::npos);
    CHECK(place.text().find("| - | - | - |") == std::string::npos);
    CHECK(place.text().find("| `b:70b` | 40GB | - | - |\n") != std::string::npos);
}

TEST_CASE("where a vector store is declared, the procedure has the commands for it") {
    const Project place(R"({ "schema": 1, "roles": { "embedding": "nomic-embed-text" },
        "vector_store": { "chroma": "data/chroma db", "rebuild": "python build.py" } })");
    place.write();
    for (const char* line :
         {"tar -czf 'chroma db'-backup-$(date", "rm -rf 'data/chroma db'/\n", "\npython build.py\n"}) {
        INFO(line);
        CHECK(place.text().find(line) != std::string::npos);
    }
    CHECK(place.check().empty());
}

TEST_CASE("that nothing confirms a release without digests is said where it claims something") {
    const Project place;
    place.dir.write("codemate.releases.json", R"-({ "schema": 1, "releases": [
        { "version": "0.2.0", "date": "2026-01-02", "changes": "No model changes" },
        { "version": "0.1.0", "date": "2026-01-01", "changes": "Initial release (x)" } ] })-");
    place.write();
    CHECK(place.text().find("No model changes (stated: no digests were recorded") != std::string::npos);
    CHECK(place.text().find("Initial release (x)\n") != std::string::npos);
}

TEST_CASE("texts of the manifest cannot break out of their place") {
    const Project place(
        R"({ "schema": 1, "project": "<!-- codemate:end overview -->\n# x", "roles": { "chat": "mistral" },
        "groups": { "more": ["m:1b"] },
        "models": { "m:1b": { "about": { "notes": "a | b\nc" } } } })");
    place.write();
    CHECK(place.check().empty());
    CHECK_FALSE(place.write().wrote_document);
    CHECK(place.text().find("| `m:1b` | - | - | a \\| b; c |\n") != std::string::npos);
}
