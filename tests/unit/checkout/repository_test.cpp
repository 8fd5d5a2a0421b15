#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/error.hpp"
#include "codemate/checkout/repository.hpp"

#include <map>

using namespace codemate;
using checkout::Git;

namespace {

// Answers as git does, and notes what it was asked.
struct FakeGit final : machine::Programs {
    std::vector<machine::Program> asked;
    std::map<std::string, machine::Finished> answers; // by the first words behind the directory
    bool is_there = true;

    machine::Finished run(const machine::Program& program, Stop) override {
        asked.push_back(program);
        if (!is_there) throw Error(Kind::not_found, "there is no program 'git' in PATH");
        std::string words;
        for (std::size_t i = 5; i < program.command.size(); ++i)
            words += (words.empty() ? "" : " ") + program.command[i];
        for (const auto& [beginning, answer] : answers) {
            if (words.starts_with(beginning)) return answer;
        }
        return {1, ""};
    }
};

} // namespace

TEST_CASE("why there is no checkout is said in git's words") {
    FakeGit fake;
    const Git git(fake, "/p");
    fake.answers["rev-parse --show-toplevel"] = {128, "fatal: not a git repository\n"};
    CHECK(git.obstacle({}) == "git says: fatal: not a git repository");
    fake.answers["rev-parse --show-toplevel"] = {0, "/p\n"};
    CHECK(git.obstacle({}) == std::nullopt);
    CHECK(git.top({}) == "/p");
    CHECK(fake.asked.front().command == std::vector<std::string>{"git", "--no-optional-locks", "--literal-pathspecs",
                                                                 "-C", "/p", "rev-parse", "--show-toplevel"});
    fake.is_there = false;
    CHECK(git.obstacle({}) == "there is no program 'git' in PATH");
}

TEST_CASE("where a push goes: the branch's remote, else origin, else the first") {
    FakeGit fake;
    const Git git(fake, "/p");
    fake.answers["symbolic-ref"] = {0, "main\n"};
    fake.answers["remote"] = {0, "a\norigin\n"};
    CHECK(git.remote({}) == "origin");
    fake.answers["config --get branch.main.remote"] = {0, "upstream\n"};
    CHECK(git.remote({}) == "upstream");
    fake.answers["config --get branch.main.remote"] = {0, ".\n"}; // it follows a local branch
    fake.answers["remote"] = {0, "a\nb\n"};
    CHECK(git.remote({}) == "a");
    fake.answers["remote"] = {0, ""};
    CHECK(git.remote({}).empty());
}

TEST_CASE("a tag's message goes in whole, and what git refuses is told") {
    FakeGit fake;
    const Git git(fake, "/p");
    fake.answers["tag"] = {0, ""};
    git.tag("models-v1.0.0", "first\n\nmore\n", {});
    CHECK(fake.asked.back().input == "first\n\nmore\n");
    CHECK(fake.asked.back().errors == machine::Program::Errors::kept);
    fake.answers["tag"] = {128, "error: gpg failed to sign the data\nfatal: no tag\n"};
    try {
        git.tag("models-v1.0.0", "x", {});
        FAIL("nothing was thrown");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::failed);
        CHECK(error.message() == "git tag: error: gpg failed to sign the data");
        CHECK(error.notes() == std::vector<std::string>{"fatal: no tag"});
    }
}

TEST_CASE("where git does not know who tags, what helps is told") {
    FakeGit fake;
    const Git git(fake, "/p");
    fake.answers["tag"] = {128, "Committer identity unknown\n\n*** Please tell me who you are.\n\nRun\n\n"
                                "  git config --global user.email \"you@example.com\"\n"
                                "  git config --global user.name \"Your Name\"\n\n"
                                "to set your account's default identity.\n"
                                "Omit --global to set the identity only in this repository.\n\n"
                                "fatal: unable to auto-detect email address (got 'u@h.(none)')\n"};
    try {
        git.tag("models-v1.0.0", "x", {});
        FAIL("nothing was thrown");
    } catch (const Error& error) {
        CHECK(error.message() == "git tag: Committer identity unknown");
        CHECK(error.notes().size() == 7);
        CHECK(error.notes().back() == "fatal: unable to auto-detect email address (got 'u@h.(none)')");
        CHECK(error.hint().find("git config user.email") != std::string::npos);
    }
}

TEST_CASE("in a real repository") {
    const auto programs = machine::make_programs();
    const test::TempDir directory;
    const auto run = [&](std::vector<std::string> words) {
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
        return programs->run({.command = command}, {});
    };
    const Git git(*programs, directory.path());
    CHECK(git.obstacle({})->starts_with("git says: "));
    REQUIRE(run({"init", "-q", "-b", "main"}).status == 0);
    CHECK(git.obstacle({}) == std::nullopt);
    CHECK(git.head({}) == std::nullopt);
    CHECK(git.branch({}) == "main");
    directory.write("a [1].json", "1");
    CHECK(git.is_changed("a [1].json", {}));
    CHECK_FALSE(git.is_tracked("a [1].json", {}));
    REQUIRE(run({"add", "."}).status == 0);
    REQUIRE(run({"commit", "-q", "-m", "x"}).status == 0);
    CHECK_FALSE(git.is_changed("a [1].json", {}));
    CHECK(git.is_tracked("a [1].json", {}));
    CHECK(git.head({})->size() >= 40);
    CHECK(git.tagged("models-v1.0.0", {}) == std::nullopt);
    REQUIRE(run({"tag", "models-v1.0.0"}).status == 0);
    CHECK(git.tagged("models-v1.0.0", {}) == git.head({}));
    directory.write(".gitignore", "b\n");
    directory.write("b", "1");
    CHECK_FALSE(git.is_changed("b", {})); // ignored: neither known to git nor new to it
    CHECK_FALSE(git.is_tracked("b", {}));
    REQUIRE(run({"checkout", "-q", "--detach"}).status == 0);
    CHECK(git.branch({}).empty());
}
