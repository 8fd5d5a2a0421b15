#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "unit/lifecycle/images.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/base/error.hpp"
#include "codemate/lifecycle/release.hpp"

using namespace codemate;
namespace use = lifecycle::release;
using manifest::Release;
using Change = use::ModelChange::Change;

namespace {

ModelName name(std::string_view text) {
    return ModelName::parse(text);
}

Release release(const std::string& version, const std::string& primary) {
    Release made{version, "2026-01-31"};
    made.roles = {{"primary", name(primary)}};
    return made;
}

Release pinned(Release made, const std::string& model, const std::string& weights, const std::string& quantization) {
    manifest::Locked entry = test::locked(test::image(weights, quantization), model);
    entry.quantization = quantization;
    made.models.emplace(name(model), std::move(entry));
    return made;
}

const char* const project = R"({ "schema": 1, "roles": { "primary": "coder:7b" }, "models": { "other:1b": {} } })";

use::Facts facts(bool locked = true) {
    use::Facts made{test::manifest_of(project), project, {}, {}, {}};
    if (locked) made.lock.models.emplace(name("coder:7b"), test::locked(test::image("w", "Q4_0"), "coder:7b"));
    return made;
}

template<typename Function>
std::optional<Kind> kind_of(Function function) {
    try {
        function();
    } catch (const Error& error) {
        return error.kind();
    }
    return std::nullopt;
}

std::string changed(std::string_view changelog) {
    return use::with_changed_line(changelog, "1.2.0", "Models: a → b.").value_or("nothing");
}

} // namespace

TEST_CASE("no model changes is said only where every digest is known, and the same") {
    const Release with = pinned(release("1.0.0", "coder:7b"), "coder:7b", "w", "Q4_0");
    const Release same = pinned(release("1.1.0", "coder:7b"), "coder:7b", "w", "Q4_0");
    CHECK(use::compare(with, same).no_model_changes());
    CHECK(use::changes_text(use::compare(with, same)) == "no model changes");

    const Release stated = release("0.9.0", "coder:7b"); // no digests
    const use::Comparison unknown = use::compare(stated, same);
    CHECK_FALSE(unknown.no_model_changes());
    CHECK(use::changes_text(unknown) ==
          "whether the content of coder:7b is the same is not known: release 0.9.0 recorded no digest");
    CHECK(unknown.models.front().change == Change::unknown);
    CHECK_FALSE(use::compare(stated, stated).no_model_changes());
}

TEST_CASE("after a release without digests only its own models are told as not known") {
    const Release stated = release("0.9.0", "coder:7b");
    Release now = pinned(release("1.0.0", "coder:7b"), "coder:7b", "w", "Q4_0");
    now = pinned(pinned(now, "more:1b", "x", "Q4_0"), "more:2b", "y", "Q4_0");
    CHECK(use::changes_text(use::compare(stated, now)) ==
          "whether the content of coder:7b is the same is not known: release 0.9.0 recorded no digest; 2 more models "
          "are recorded for the first time");
    CHECK_FALSE(use::compare(stated, now).no_model_changes());
}

TEST_CASE("a moved tag is told by layer, and other bytes of the same layers are no change") {
    const Release before = pinned(release("1.0.0", "coder:7b"), "coder:7b", "w", "Q4_0");
    const Release after = pinned(release("1.1.0", "coder:7b"), "coder:7b", "other", "Q4_K_M");
    const use::Comparison moved = use::compare(before, after);
    REQUIRE(moved.models.size() == 1);
    CHECK(moved.models.front().change == Change::changed);
    const std::string text = use::changes_text(moved);
    CHECK(text.starts_with("coder:7b: " + before.models.begin()->second.digest.id() + " → " +
                           after.models.begin()->second.digest.id() + " (weights changed (Q4_0 → Q4_K_M"));

    Release newline = before;
    manifest::Locked& locked = newline.models.begin()->second;
    locked.bytes = *locked.bytes + "\n";
    locked.digest = Digest::of(*locked.bytes);
    CHECK(use::compare(before, newline).no_model_changes());
}

TEST_CASE("roles that change, come and go; models that were never recorded") {
    Release before = pinned(release("1.0.0", "coder:7b"), "coder:7b", "w", "Q4_0");
    before.roles.emplace_back("vision", name("llava:7b"));
    before = pinned(before, "llava:7b", "v", "Q4_0");
    Release after = pinned(release("1.1.0", "coder:14b"), "coder:14b", "x", "Q4_0");
    after.roles.emplace_back("chat", name("mistral"));
    CHECK(use::changes_text(use::compare(before, after))
              .starts_with("primary: coder:7b → coder:14b; chat: mistral:latest (new role); vision: llava:7b (no "
                           "longer a role); "));
    const use::Comparison comparison = use::compare(before, after);
    std::map<std::string, Change> changes;
    for (const use::ModelChange& each : comparison.models)
        changes[each.name.display()] = each.change;
    CHECK(changes == std::map<std::string, Change>{{"coder:7b", Change::removed},
                                                   {"coder:14b", Change::added},
                                                   {"llava:7b", Change::removed},
                                                   {"mistral:latest", Change::unknown}});
}

TEST_CASE("a plan records roles, pins and what has changed, and the manifest's version follows") {
    use::Facts given = facts();
    given.changelog = "# Changelog\n\n## [Unreleased]\n";
    const use::Plan first = use::plan(given, {"v1.2.0", "why", "2026-01-31"});
    CHECK(first.release.version == "1.2.0");
    CHECK(first.release.changes == "first recorded release: primary coder:7b");
    CHECK(first.release.notes == "why");
    CHECK(first.release.models.size() == 1); // other:1b is declared, and neither required nor locked
    CHECK(first.manifest_text.find("\"version\": \"1.2.0\"") != std::string::npos);
    CHECK(first.changelog->ends_with("- Models of release 1.2.0: first recorded release: primary coder:7b.\n"));

    given.releases.releases = {first.release};
    const use::Plan second = use::plan(given, {"1.3.0", "", "2026-02-01"});
    CHECK(second.previous == "1.2.0");
    CHECK(second.release.changes == "no model changes");
}

TEST_CASE("what cannot be recorded is refused, with the kind that says why") {
    use::Facts given = facts();
    given.releases.releases = {release("1.2.0", "coder:7b")};
    const auto kind = [&](const use::Facts& of, const std::string& version, const std::string& date = "2026-01-31") {
        return kind_of([&] { use::plan(of, {version, "", date}); });
    };
    CHECK(kind(given, "1.3.0") == std::nullopt);
    CHECK(kind(given, "1.2.0") == Kind::refused); // recorded already
    CHECK(kind(given, "1.2.0-rc.1") == Kind::refused);
    CHECK(kind(given, "1.1.9") == Kind::refused);
    CHECK(kind(given, "1.3") == Kind::usage);
    CHECK(kind(given, "1.3.0", "2026-01-30") == Kind::refused); // before the last one
    CHECK(kind(given, "next") == Kind::usage);
    for (const char* date : {"yesterday", "2026-13-01", "2026-02-30", "31.01.2026", "2026-1-31"})
        CHECK(kind(given, "1.3.0", date) == Kind::usage);
    CHECK(kind(facts(false), "1.0.0") == Kind::check);
    CHECK(kind_of([&] { use::release_named("7.0.0", given); }) == Kind::not_found);
    CHECK(use::release_named("v1.2.0", given).version == "1.2.0");
    CHECK(use::release_named("", given).models.size() == 1);
}

TEST_CASE("a line below Changed, wherever the changelog wants it") {
    struct Row {
        const char *before, *after;
    };
    const Row row = GENERATE(
        Row{"# Log\n\n## [Unreleased]\n\n### Added\n\n- x\n\n### Changed\n\n- y\n  and more\n\n## [1.1.0]\n",
            "# Log\n\n## [Unreleased]\n\n### Added\n\n- x\n\n### Changed\n\n- y\n  and more\n- Models: a → b.\n\n## "
            "[1.1.0]\n"},
        Row{"## Unreleased\n### Added\n* x\n\n### Fixed\n* y\n",
            "## Unreleased\n### Added\n* x\n\n### Changed\n\n* Models: a → b.\n\n### Fixed\n* y\n"},
        Row{"## [1.2.0] - 2026-01-31\n\n## [Unreleased]\n",
            "## [1.2.0] - 2026-01-31\n\n### Changed\n\n- Models: a → b.\n\n## [Unreleased]\n"},
        Row{"# Log\n\nText.\n\n## 1.1.0\n",
            "# Log\n\nText.\n\n## [Unreleased]\n\n### Changed\n\n- Models: a → b.\n\n## 1.1.0\n"},
        Row{"# Log", "# Log\n\n## [Unreleased]\n\n### Changed\n\n- Models: a → b.\n"},
        Row{"", "## [Unreleased]\n\n### Changed\n\n- Models: a → b.\n"},
        Row{"## [Unreleased]\r\n\r\n### Changed\r\n", "## [Unreleased]\r\n\r\n### Changed\r\n\r\n- Models: a → b.\r\n"},
        Row{"## [Unreleased]\n### Changed\n- y\n[Unreleased]: https://x\n",
            "## [Unreleased]\n### Changed\n- y\n- Models: a → b.\n[Unreleased]: https://x\n"},
        Row{"## [Unreleased]\n```\n## no heading\n### Changed\n```\n",
            "## [Unreleased]\n```\n## no heading\n### Changed\n```\n\n### Changed\n\n- Models: a → b.\n"},
        Row{"<!-- as\n## [Unreleased]\n### Changed\n-->\n\n## [Unreleased]\n",
            "<!-- as\n## [Unreleased]\n### Changed\n-->\n\n## [Unreleased]\n\n### Changed\n\n- Models: a → b.\n"},
        Row{"Log\n===\n\nUnreleased\n----------\n\n1.1.0\n-----\n",
            "Log\n===\n\nUnreleased\n----------\n\n### Changed\n\n- Models: a → b.\n\n1.1.0\n-----\n"},
        Row{"---\ntitle: x\n---\n\nText.\n\n---\n\n1.1.0\n-----\n",
            "---\ntitle: x\n---\n\nText.\n\n---\n\n## [Unreleased]\n\n### Changed\n\n- Models: a → "
            "b.\n\n1.1.0\n-----\n"},
        Row{"## [1.2.0-rc.1]\n", "## [Unreleased]\n\n### Changed\n\n- Models: a → b.\n\n## [1.2.0-rc.1]\n"});
    CHECK(changed(row.before) == row.after);
    CHECK(changed(changed(row.before)) == changed(row.before)); // done again, it is there once
}

TEST_CASE("a changelog in another encoding keeps its bytes") {
    CHECK(changed("## [Unreleased]\n### Changed\n- caf\xE9\n") ==
          "## [Unreleased]\n### Changed\n- caf\xE9\n- Models: a -> b.\n"); // no UTF-8 in Latin-1
    CHECK(changed(std::string("\xFF\xFE#\0\n\0", 6)) == "nothing");
}

TEST_CASE("the tag's message has each model with its roles and digest") {
    Release made = pinned(release("1.2.0", "coder:7b"), "coder:7b", "w", "Q4_0");
    made.roles.emplace_back("embedding", name("coder:7b"));
    CHECK(use::tag_name(made) == "models-v1.2.0");
    CHECK(use::tag_message(made) == "Model configuration for version 1.2.0\n\ncoder:7b (primary, embedding) " +
                                        made.models.begin()->second.digest.text() + "\n");
}

TEST_CASE("a tag is for the files that the release recorded, and for no later ones") {
    use::Facts now = facts();
    const Release recorded = use::plan(now, {"1.2.0", "", "2026-01-31"}).release;
    now.releases.releases = {recorded};
    CHECK(use::moved_on_since(recorded, now).empty());
    now.lock.models.begin()->second = test::locked(test::image("other", "Q4_0"), "coder:7b");
    CHECK(use::moved_on_since(recorded, now)
              .starts_with("manifest and lock are not as release 1.2.0 recorded them: coder:7b: "));
    now.releases.releases.insert(now.releases.releases.begin(), release("1.3.0", "coder:7b"));
    CHECK(use::moved_on_since(recorded, now) == "the last recorded release is 1.3.0");
}

TEST_CASE("a changelog that is a link out of the project is refused before anything is written") {
    const test::TempDir directory;
    directory.write("ours/codemate.json", project);
    directory.write("elsewhere.md", "# Log\n");
    std::filesystem::create_symlink("../elsewhere.md", directory / "ours/CHANGELOG.md");
    const manifest::Origin origin{manifest::Origin::How::found, directory / "ours/codemate.json", "./codemate.json"};
    const manifest::ManifestFile file(origin);
    const manifest::ReleasesFile releases(origin);
    const use::Ports ports{file, releases, directory / "ours/CHANGELOG.md"};
    CHECK(kind_of([&] { use::execute(facts().lock, {"1.2.0", "", "2026-01-31"}, ports, {}); }) == Kind::storage);
    CHECK(test::read_text(directory / "elsewhere.md") == "# Log\n");
    CHECK(test::read_text(origin.path) == project);
    CHECK_FALSE(std::filesystem::exists(releases.path()));
}

TEST_CASE("what was cut off in between can be done again") {
    const test::TempDir directory;
    directory.write("codemate.json", project);
    directory.write("CHANGELOG.md", "# Log\n");
    const manifest::Origin origin{manifest::Origin::How::found, directory / "codemate.json", "./codemate.json"};
    const manifest::ManifestFile file(origin);
    const manifest::ReleasesFile releases(origin);
    const use::Ports ports{file, releases, directory / "CHANGELOG.md"};
    const use::Report report = use::execute(facts().lock, {"1.2.0", "", "2026-01-31"}, ports, {});
    CHECK(report.written.size() == 3);
    CHECK(releases.load().find("1.2.0")->has_digests());
    const std::string changelog = test::read_text(directory / "CHANGELOG.md");
    std::filesystem::remove(releases.path()); // it is written last
    const use::Report again = use::execute(facts().lock, {"1.2.0", "", "2026-01-31"}, ports, {});
    CHECK(again.written == std::vector<std::filesystem::path>{releases.path()});
    CHECK(test::read_text(directory / "CHANGELOG.md") == changelog);
    CHECK(kind_of([&] { use::execute(facts().lock, {"1.2.0", "", "2026-01-31"}, ports, {}); }) == Kind::refused);
}
