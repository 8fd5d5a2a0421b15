#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/error.hpp"
#include "codemate/machine/disk_space.hpp"

using namespace codemate;

TEST_CASE("a file system has its size, and no more is free than that") {
    const test::TempDir directory;
    const machine::DiskSpace space = machine::free_space(directory.path());
    CHECK(space.total > ByteCount());
    CHECK(space.free <= space.total);
    try {
        machine::free_space(directory.path() / "missing");
        FAIL("there is no such file");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::not_found);
    }
}
