#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/files.hpp"
#include "codemate/manifest/manifest.hpp"

#include <unistd.h>

using namespace codemate;
using namespace codemate::manifest;
using codemate::test::TempDir;
namespace fs = std::filesystem;

namespace {

std::string project(std::string_view name) {
    return R"({"schema": 1, "project": ")" + std::string(name) + "\"}";
}

// The test's own files belong to whoever runs it.
std::uint32_t owner(const fs::path& path) {
    return owner_of(path).value();
}

Search from(const fs::path& directory) {
    return Search{std::nullopt, std::nullopt, directory, owner(directory)};
}

std::string loaded(const Search& search) {
    return load(search).project;
}

Error failure(const Search& search) {
    try {
        load(search);
    } catch (const Error& error) {
        return error;
    }
    FAIL("loaded");
    throw std::logic_error("unreachable");
}

} // namespace

TEST_CASE("the option wins over the environment, which wins over what is found, which wins over the built-in one") {
    const TempDir dir;
    Search search = from(dir.path());
    CHECK(loaded(search) == "codemate-hub");
    CHECK(load(search).origin.how == Origin::How::built_in);
    dir.write("codemate.json", project("found"));
    CHECK(loaded(search) == "found");
    CHECK(load(search).origin.how == Origin::How::found);
    dir.write("e.json", project("environment"));
    search.environment = "e.json";
    CHECK(loaded(search) == "environment");
    CHECK(load(search).origin.how == Origin::How::environment);
    dir.write("o.json", project("option"));
    search.option = "o.json";
    CHECK(loaded(search) == "option");
    CHECK(load(search).origin.how == Origin::How::option);
}

TEST_CASE("an empty environment variable is none, an empty option is a mistake") {
    const TempDir dir;
    dir.write("codemate.json", project("found"));
    Search search = from(dir.path());
    search.environment = "";
    CHECK(loaded(search) == "found");
    search.option = "";
    CHECK(failure(search).kind() == Kind::usage);
}

TEST_CASE("the built-in manifest can be asked for") {
    const TempDir dir;
    dir.write("codemate.json", project("found"));
    dir.write("builtin", project("a file called so"));
    Search search = from(dir.path());
    search.environment = "builtin";
    CHECK(loaded(search) == "codemate-hub");
    CHECK(load(search).origin.how == Origin::How::environment);
    CHECK(load(search).origin.is_built_in());
    search.option = "./builtin";
    CHECK(loaded(search) == "a file called so");
    search.option = "builtin";
    CHECK(loaded(search) == "codemate-hub");
    CHECK(load(search).origin.how == Origin::How::option);
}

TEST_CASE("a checkout is searched up to its root, and nothing above it") {
    const TempDir dir;
    dir.write("codemate.json", project("above"));
    fs::create_directories(dir / "repo/.git");
    fs::create_directories(dir / "repo/a/b");
    CHECK(loaded(from(dir / "repo/a/b")) == "codemate-hub");
    dir.write("repo/codemate.json", project("root"));
    CHECK(loaded(from(dir / "repo/a/b")) == "root");
    CHECK(loaded(from(dir / "repo/a/b/")) == "root");
    CHECK(loaded(from(dir / "repo/a/../a/b")) == "root");
    CHECK(loaded(from(dir / "repo")) == "root");
    dir.write("repo/a/codemate.json", project("nearer"));
    CHECK(loaded(from(dir / "repo/a/b")) == "nearer");
}

TEST_CASE("the .git of a worktree is a file and counts") {
    const TempDir dir;
    dir.write("tree/.git", "gitdir: elsewhere\n");
    dir.write("tree/codemate.json", project("tree"));
    fs::create_directories(dir / "tree/a");
    CHECK(loaded(from(dir / "tree/a")) == "tree");
}

TEST_CASE("outside a checkout only the directory itself is looked at") {
    const TempDir dir;
    dir.write("codemate.json", project("above"));
    fs::create_directories(dir / "a");
    CHECK(loaded(from(dir / "a")) == "codemate-hub");
    CHECK(loaded(from(dir.path())) == "above");
}

TEST_CASE("a manifest is shown as people know it, and its path is absolute") {
    const TempDir dir;
    fs::create_directories(dir / "repo/.git");
    fs::create_directories(dir / "repo/a");
    const fs::path file = dir.write("repo/codemate.json", project("p"));
    const Origin here = load(from(dir / "repo")).origin;
    CHECK(here.display() == "./codemate.json");
    CHECK(here.path == file);
    const Origin above = load(from(dir / "repo/a")).origin;
    CHECK(above.display() == file.string());
    CHECK(above.path == file);
    Search search = from(dir / "repo/a");
    search.option = "../codemate.json";
    const Origin named = load(search).origin;
    CHECK(named.display() == "../codemate.json");
    CHECK(named.path == file);
    search.option = file.string();
    CHECK(load(search).origin.display() == file.string());
}

TEST_CASE("a found file of somebody else is refused, a named one is not") {
    const TempDir dir;
    const fs::path file = dir.write("codemate.json", project("foreign"));
    Search search = from(dir.path());
    // The file belongs to whoever runs the test; seen by another user it is foreign, unless that is root's.
    search.user = owner(file) + 1;
    if (owner(file) == 0) {
        CHECK(loaded(search) == "foreign");
        if (::chown(file.c_str(), 12345, static_cast<gid_t>(-1)) != 0) return; // a root without that right
        search.user = 0;
    }
    const Error error = failure(search);
    CHECK(error.kind() == Kind::manifest);
    CHECK(error.message().starts_with("./codemate.json belongs to " + user_name(owner(file)) +
                                      ", neither to you nor to root"));
    CHECK(error.hint() == "look at it, then name it: --manifest ./codemate.json");
    search.environment = "codemate.json";
    CHECK(loaded(search) == "foreign");
    search.environment.reset();
    search.option = file.string();
    CHECK(loaded(search) == "foreign");
}

TEST_CASE("a named file that is missing or unreadable") {
    const TempDir dir;
    Search search = from(dir.path());
    search.option = "no.json";
    const Error missing = failure(search);
    CHECK(missing.kind() == Kind::not_found);
    CHECK(missing.message().starts_with("cannot use the manifest that --manifest names: cannot read "));
    CHECK(missing.hint() == "name an existing file, or `builtin` for codemate's own manifest");
    search.option.reset();
    search.environment = "no.json";
    CHECK(failure(search).message().starts_with("cannot use the manifest that CODEMATE_MANIFEST names: "));
    search.environment = ".";
    CHECK(failure(search).kind() == Kind::storage);
}

TEST_CASE("a found file that cannot be read is no reason to go on without it") {
    const TempDir dir;
    fs::create_directories(dir / "codemate.json");
    CHECK(failure(from(dir.path())).kind() == Kind::storage);
    fs::remove(dir / "codemate.json");
    fs::create_symlink(dir / "nowhere", dir / "codemate.json");
    const Error dangling = failure(from(dir.path()));
    CHECK(dangling.kind() == Kind::storage);
    CHECK(dangling.hint() == "bring back what it leads to, or remove the link");
}

TEST_CASE("a manifest of more than 4 MiB is not read") {
    const TempDir dir;
    const std::size_t limit = 4 * 1024 * 1024;
    std::string text = project("large");
    text.resize(limit, ' ');
    dir.write("codemate.json", text);
    CHECK(loaded(from(dir.path())) == "large");
    dir.write("codemate.json", text + " ");
    CHECK(failure(from(dir.path())).kind() == Kind::storage);
}

TEST_CASE("mistakes are one error that names the file") {
    const TempDir dir;
    dir.write("codemate.json", "{\n\"rolse\": 1 }");
    const Error error = failure(from(dir.path()));
    CHECK(error.kind() == Kind::manifest);
    CHECK(error.message() == "./codemate.json has 2 mistakes");
    CHECK(error.notes() == std::vector<std::string>{"line 1: /schema: the key is missing; write \"schema\": 1",
                                                    "line 2: /rolse: unknown key 'rolse' (did you mean 'roles'?)"});
    dir.write("codemate.json", "");
    CHECK(failure(from(dir.path())).message() == "./codemate.json has 1 mistake");
}

TEST_CASE("what does not depend on the directory needs none") {
    const TempDir dir;
    const Search built_in{"builtin", std::nullopt, {}, 0};
    CHECK(load(built_in).origin.is_built_in());
    const Search absolute{dir.write("m.json", project("absolute")).string(), std::nullopt, {}, 0};
    CHECK(load(absolute).project == "absolute");
}
