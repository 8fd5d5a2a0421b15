#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/error.hpp"
#include "codemate/checkout/files.hpp"

#include <filesystem>

using namespace codemate;
using checkout::Listing;
using checkout::Unread;
using test::TempDir;
using Names = std::vector<std::string>;

namespace {

// A git that knows nothing of the user's settings.
void git(const TempDir& dir, std::vector<std::string> arguments) {
    std::vector<std::string> command{"env", "-u", "GIT_DIR",          "GIT_CONFIG_GLOBAL=/dev/null",
                                     "git", "-C", dir.path().string()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    REQUIRE(machine::make_programs()->run({.command = std::move(command)}, {}).status == 0);
}

Listing list(const TempDir& dir) {
    return checkout::list(dir.path(), *machine::make_programs(), {});
}

// Where git is not installed.
struct NoPrograms final : machine::Programs {
    machine::Finished run(const machine::Program&, Stop) override { throw Error(Kind::not_found, "there is no git"); }
};

std::optional<Unread> unread(const TempDir& dir, const std::string& file) {
    std::string text;
    return checkout::read_text(dir.path(), file, text);
}

} // namespace

TEST_CASE("in a checkout git says which files are the project's") {
    const TempDir dir;
    git(dir, {"init", "-q"});
    dir.write(".gitignore", "secret.txt\nmade/\n");
    for (const char* name : {"tracked.md", "new.md", "secret.txt", "made/x.md", "with space\n.md", "left/out.md"})
        dir.write(name, "mistral:7b");
    git(dir, {"add", "tracked.md"});
    dir.write(".codemateignore", "left/\n");
    std::filesystem::create_directory(dir / "inner");
    dir.write("inner/a.md", "x");
    REQUIRE(machine::make_programs()->run({.command = {"git", "init", "-q", (dir / "inner").string()}}, {}).status ==
            0);
    const Listing listing = list(dir);
    CHECK(listing.how == Listing::How::git);
    CHECK(listing.files == Names{".codemateignore", ".gitignore", "new.md", "tracked.md", "with space\n.md"});
    CHECK(listing.nested == Names{"inner"});
    CHECK(listing.why_walked.empty());

    NoPrograms none;
    const Listing walked = checkout::list(dir.path(), none, {});
    CHECK(walked.how == Listing::How::walked);
    CHECK(walked.why_walked.find("git") != std::string::npos);
    CHECK(walked.nested == Names{"inner"});
    CHECK(std::find(walked.files.begin(), walked.files.end(), "secret.txt") != walked.files.end());
}

TEST_CASE("a directory that git ignores whole is walked, and that is said") {
    const TempDir dir;
    git(dir, {"init", "-q"});
    dir.write(".gitignore", "out/\n");
    dir.write("out/a.md", "x");
    const Listing listing = checkout::list(dir / "out", *machine::make_programs(), {});
    CHECK(listing.how == Listing::How::walked);
    CHECK(listing.files == Names{"a.md"});
    CHECK_FALSE(listing.why_walked.empty());
}

TEST_CASE("a file system monitor that the checkout names is not run") {
    const TempDir dir;
    git(dir, {"init", "-q"});
    dir.write("monitor.sh", "#!/bin/sh\ntouch '" + (dir / "ran").string() + "'\n");
    std::filesystem::permissions(dir / "monitor.sh", std::filesystem::perms::owner_all);
    git(dir, {"config", "core.fsmonitor", (dir / "monitor.sh").string()});
    CHECK(list(dir).files == Names{"monitor.sh"});
    CHECK_FALSE(std::filesystem::exists(dir / "ran"));
}

TEST_CASE("without git all but what tools make, through no link") {
    const TempDir dir;
    for (const char* name : {"a.md", "src/b.py", "node_modules/x/c.js", "build/d.txt", "src/__pycache__/e.py"})
        dir.write(name, "x");
    std::filesystem::create_directory_symlink("..", dir / "src/up");
    std::filesystem::create_symlink("a.md", dir / "link.md");
    const Listing listing = list(dir);
    CHECK(listing.how == Listing::How::walked);
    CHECK(listing.files == Names{"a.md", "src/b.py"});
    CHECK(listing.why_walked.empty()); // nobody expects git
    CHECK_THROWS_AS(checkout::list(dir / "missing", *machine::make_programs(), {}), Error);
}

TEST_CASE("what is no text is not read") {
    const TempDir dir;
    using namespace std::string_literals;
    dir.write("a.txt", "r\xe9sum\xe9\r\n"); // Latin-1 is text, byte for byte
    dir.write("b.bin", "x\0y"s);
    dir.write("c.txt", "\xff\xfem\0"s);
    dir.write("d.txt", std::string(5 << 20, 'x'));
    dir.write("e.txt", "");
    std::filesystem::create_directory(dir / "sub");
    std::filesystem::create_symlink("a.txt", dir / "link.txt");
    std::string text = "old";
    CHECK_FALSE(checkout::read_text(dir.path(), "a.txt", text));
    CHECK(text == "r\xe9sum\xe9\r\n");
    CHECK_FALSE(unread(dir, "e.txt"));
    CHECK(unread(dir, "b.bin") == Unread::binary);
    CHECK(unread(dir, "c.txt") == Unread::utf16);
    CHECK(unread(dir, "d.txt") == Unread::too_large);
    CHECK(unread(dir, "sub") == Unread::directory);
    CHECK(unread(dir, "link.txt") == Unread::no_file);
    CHECK(unread(dir, "none.txt") == Unread::gone);
}
