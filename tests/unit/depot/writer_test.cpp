#include "support/catch.hpp"
#include "support/depots.hpp"
#include "support/memory_disk.hpp"

#include "codemate/base/error.hpp"
#include "codemate/depot/writer.hpp"

using namespace codemate;
using test::MemoryDisk;

namespace {

const Digest whole = Digest::of("whole"), half = Digest::of("half");

std::optional<Kind> refusal(MemoryDisk& disk) {
    try {
        depot::written_so_far(disk, "out");
    } catch (const Error& error) {
        return error.kind();
    }
    return std::nullopt;
}

} // namespace

TEST_CASE("what a directory is before it is written to") {
    MemoryDisk disk;
    CHECK_FALSE(depot::written_so_far(disk, "out")); // empty
    disk.make_directory("lost+found");
    disk.put(".codemate/new", "half a file");
    CHECK_FALSE(depot::written_so_far(disk, "out"));
    disk.put("photo.jpg", "…");
    CHECK(refusal(disk) == Kind::usage);
    disk.remove("photo.jpg");
    depot::prepare(disk);
    CHECK(depot::written_so_far(disk, "out")->models.empty()); // cut off before its first model
    depot::prepare(disk);                                      // once more does no harm
    disk.put("photo.jpg", "…");                                // an export may have company
    CHECK(depot::written_so_far(disk, "out"));
    disk.put("oci-layout", R"({"imageLayoutVersion":"9.0.0"})");
    CHECK(refusal(disk).has_value());
}

TEST_CASE("an index is replaced in one step") {
    MemoryDisk disk;
    depot::prepare(disk);
    const ModelName name = ModelName::parse("mistral");
    const depot::Entry entry{name, "application/vnd.docker.distribution.manifest.v2+json", whole, ByteCount(5)};
    depot::put_blob(disk, whole, "whole");
    depot::put_index(disk, {{entry}, 0});
    CHECK(depot::written_so_far(disk, "out")->models == std::vector{entry});
    CHECK(disk.content(depot::blob_path(whole)) == "whole");
    disk.fail(MemoryDisk::Call::write, ".codemate/new", Error(Kind::storage, "full"));
    CHECK_THROWS_AS(depot::put_index(disk, {}), Error);
    CHECK(depot::written_so_far(disk, "out")->models == std::vector{entry});
}

TEST_CASE("what was not whole goes when it is, and stays until then") {
    MemoryDisk disk;
    depot::prepare(disk);
    depot::put_blob(disk, whole, "whole");
    disk.put(depot::partial_path(whole) + ".journal", "…");
    disk.put(depot::partial_path(half), "ha");
    disk.put(".codemate/new", "…");
    depot::clear_work(disk);
    CHECK(disk.has(depot::partial_path(half)));
    CHECK_FALSE(disk.has(depot::partial_path(whole) + ".journal"));
    CHECK_FALSE(disk.has(".codemate/new"));
    disk.remove(depot::partial_path(half));
    depot::clear_work(disk);
    CHECK_FALSE(disk.has(".codemate"));
    depot::clear_work(disk); // without one, too
}
