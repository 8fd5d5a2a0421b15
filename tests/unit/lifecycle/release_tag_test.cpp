#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/error.hpp"
#include "codemate/lifecycle/release.hpp"

using namespace codemate;
namespace use = lifecycle::release;

namespace {

// A repository with one commit of codemate's files and of a source.
struct Repository {
    test::TempDir directory;
    std::unique_ptr<machine::Programs> programs = machine::make_programs();
    manifest::Release release{"1.2.0", "2026-01-31"};
    use::Place place{directory.path(), {"codemate.json"}};

    Repository() {
        directory.write("codemate.json", "{}");
        directory.write("src/a b.py", "old");
        directory.write("src/c.py", "old");
        git({"init", "-q", "-b", "main"});
        commit();
    }
    void git(std::vector<std::string> words) const {
        std::vector<std::string> command{"git",
                                         "-C",
                                         directory.path().string(),
                                         "-c",
                                         "user.name=T",
                                         "-c",
                                         "user.email=t@example.org",
                                         "-c",
                                         "commit.gpgsign=false"};
        command.insert(command.end(), words.begin(), words.end());
        REQUIRE(programs->run({.command = command}, {}).status == 0);
    }
    void commit() const {
        git({"add", "-A"});
        git({"commit", "-q", "-m", "x"});
    }
    std::vector<std::string> next() { return use::next_commands(release, place, *programs, {}).lines; }
    std::string refusal() {
        try {
            use::tag(release, place, *programs, use::Tagging::dry, {});
        } catch (const Error& error) {
            REQUIRE(error.kind() == Kind::refused);
            return error.message();
        }
        return "tagged";
    }
};

const std::string tagging = "codemate release 1.2.0 --tag";
const std::string committing = "git commit -m 'Update model: release 1.2.0'";

} // namespace

TEST_CASE("sources that have changed are printed for the commit, and no tag is made before it") {
    Repository here;
    CHECK(here.next() == std::vector<std::string>{tagging});
    CHECK(here.refusal() == "tagged");
    here.directory.write("untracked.txt", "mine");
    CHECK(here.refusal() == "tagged");

    here.directory.write("src/a b.py", "new");
    CHECK(here.next() == std::vector<std::string>{"git add 'src/a b.py'   # tracked and changed, too: see git diff",
                                                  committing, tagging});
    CHECK(here.refusal() == "the last commit does not have src/a b.py as it is now, so the tag would not name these "
                            "sources");
    here.directory.write("codemate.json", "{ }");
    CHECK(here.next() == std::vector<std::string>{"git add codemate.json",
                                                  "git add 'src/a b.py'   # tracked and changed, too: see git "
                                                  "diff",
                                                  committing, tagging});
    here.git({"add", "-A"});
    CHECK(here.next() == std::vector<std::string>{"git add codemate.json", committing, tagging});
    here.commit();
    CHECK(here.refusal() == "tagged");

    here.git({"rm", "-q", "src/c.py"}); // staged: there is nothing to add any more
    CHECK(here.next() == std::vector<std::string>{committing, tagging});
    CHECK(here.refusal().starts_with("the last commit does not have src/c.py as it is now"));
}

TEST_CASE("only the project's own files stand in the way of its tag") {
    Repository here;
    here.directory.write("models/codemate.json", "{}");
    here.commit();
    here.place.directory = here.directory / "models";
    here.directory.write("src/c.py", "new");
    CHECK(here.refusal() == "tagged");
}

TEST_CASE("of very many changed files the line says only that there are some") {
    Repository here;
    for (int i = 0; i < 30; ++i)
        here.directory.write("src/" + std::to_string(i), "old");
    here.commit();
    for (int i = 0; i < 30; ++i)
        here.directory.write("src/" + std::to_string(i), "new");
    CHECK(here.next().front() == "git add -u .   # tracked and changed, too: see git diff");
    CHECK(here.refusal().starts_with("the last commit does not have src/0, src/1, src/10 and 27 more as they are now"));
}
