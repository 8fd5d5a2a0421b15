#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/error.hpp"
#include "codemate/checkout/inside.hpp"

#include <filesystem>

using namespace codemate;
namespace fs = std::filesystem;

namespace {

bool is_refused(const fs::path& project, const fs::path& file) {
    try {
        checkout::refuse_outside(project, file);
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::storage);
        return true;
    }
    return false;
}

} // namespace

TEST_CASE("what is written stays in the project, whatever a link says") {
    const test::TempDir directory;
    directory.write("ours/docs/a.md", "x");
    directory.write("elsewhere/a.md", "x");
    directory.write("ours-too/a.md", "x"); // begins with the project's name, and is another directory
    const fs::path project = directory / "ours";
    fs::create_directory_symlink(directory / "elsewhere", project / "out");
    fs::create_directory_symlink("docs", project / "in");
    fs::create_symlink("../ours-too/a.md", project / "CHANGELOG.md");
    fs::create_symlink("docs/a.md", project / "inner.md");
    CHECK_FALSE(is_refused(project, project / "docs/a.md"));
    CHECK_FALSE(is_refused(project, project / "docs/new/b.md"));
    CHECK_FALSE(is_refused(project, project / "in/new.md"));
    CHECK_FALSE(is_refused(project, project / "inner.md"));
    CHECK(is_refused(project, project / "CHANGELOG.md"));
    CHECK(is_refused(project, project / "out/a.md"));
    CHECK(is_refused(project, project / "out/new.md"));

    fs::create_directory_symlink(project, directory / "link"); // the project itself may be reached through one
    CHECK_FALSE(is_refused(directory / "link", directory / "link/docs/a.md"));
}
