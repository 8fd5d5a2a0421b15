#include "support/catch.hpp"
#include "support/fake_server.hpp"
#include "support/memory_disk.hpp"
#include "unit/store/worlds.hpp"

#include "codemate/lifecycle/du.hpp"
#include "codemate/store/scan.hpp"

using namespace codemate;
namespace use = lifecycle::du;
using test::FakeServer;
using test::MemoryDisk;

namespace {

constexpr ByteCount block(4096); // what the disk in memory gives to every file

ByteCount blocks(std::uint64_t count) {
    return ByteCount(count * block.count());
}

std::optional<use::Disk> read(MemoryDisk& disk) {
    return use::Disk{store::take_inventory(store::scan(disk, {})), std::nullopt};
}

std::vector<std::string> names(const use::Report& report) {
    std::vector<std::string> all;
    for (const use::Row& row : report.rows)
        all.push_back(row.name.display());
    return all;
}

// A fine-tune of a model, a model of its own, and a snapshot of what one of them was.
void fill(MemoryDisk& disk) {
    test::install(disk, "mistral", "config a", {"weights", "template"});
    test::install(disk, "mine", "config b", {"weights", "other"});
    test::install(disk, "big", "config c", {"large"});
    test::install(disk, "big:latest.codemate-20261122t120000z-0123456789ab", "config d", {"large", "former"});
    disk.on_disk(test::path_of_blob("weights"), blocks(10));
    disk.on_disk(test::path_of_blob("large"), blocks(100));
}

} // namespace

TEST_CASE("what goes to each model, the largest first") {
    MemoryDisk disk;
    fill(disk);
    FakeServer server;
    const use::Facts facts = use::gather(read(disk), server, {});
    const use::Report report = use::examine(facts, {});
    CHECK(server.calls().empty());
    CHECK(names(report) == std::vector<std::string>{"big:latest", "mine:latest", "mistral:latest"});
    CHECK(report.hidden == 1);
    const use::Row& big = report.rows[0];
    CHECK(big.on_disk->alone == block); // the snapshot has its weights, too
    CHECK(big.on_disk->shared == blocks(100));
    CHECK(big.stated == ByteCount(std::string("config clarge").size()));
    const use::Row& mine = report.rows[1];
    CHECK(mine.on_disk->alone == blocks(2));
    CHECK(mine.on_disk->shared == blocks(10));
    CHECK(mine.referenced() == blocks(12));
    CHECK(report.free_without == blocks(10 + 2 + 2 + 1)); // all of them but what the snapshot holds
}

TEST_CASE("names that a cut off run left are told with what they hold, apart from models and snapshots") {
    MemoryDisk disk;
    fill(disk);
    const std::string helper = "127.0.0.1:41837/codemate-d01e6d09a0eb794a832c22a0f9b7fc08/mistral:latest";
    test::install(disk, helper, "config a", {"weights", "template"});
    FakeServer server;
    const use::Facts facts = use::gather(read(disk), server, {});
    const use::Report report = use::examine(facts, {});
    CHECK(report.hidden == 2);
    CHECK(names(report) == std::vector<std::string>{"big:latest", "mine:latest", "mistral:latest"});
    REQUIRE(report.passing.size() == 1);
    CHECK(report.passing[0].name.display() == helper);
    CHECK(report.passing[0].on_disk->shared == blocks(10 + 1 + 1));
    CHECK(report.passing[0].on_disk->alone == ByteCount());
    // Where the directory is not in reach, too.
    server.install(helper, FakeServer::model({FakeServer::layer("weights", ByteCount(7))}));
    const use::Report listed = use::examine(use::gather(std::nullopt, server, {}), {});
    REQUIRE(listed.passing.size() == 1);
    CHECK(listed.passing[0].stated == ByteCount(7));
    CHECK(listed.rows.empty());
}

TEST_CASE("the parts add up to what the disk says, whatever stands in it") {
    MemoryDisk disk;
    fill(disk);
    disk.put(test::path_of_blob("left over"), "left over");
    disk.put(test::path_of_blob("half") + "-partial", std::string(100'000, '\0'));
    disk.on_disk(test::path_of_blob("half") + "-partial", blocks(2));
    disk.put(test::path_of_blob("half") + "-partial-0", R"({"N":0,"Offset":0,"Size":100000,"Completed":5000})");
    disk.put("blobs/sha256-1", "x");
    disk.put("blobs/notes", "x");
    disk.put("readme", "x");
    const use::Facts facts = use::gather(read(disk), *std::make_unique<FakeServer>(), {});
    const use::Report report = use::examine(facts, {});
    const use::Parts& parts = *report.parts;
    CHECK(parts.models == blocks(10 + 2 + 2 + 100 + 1));
    CHECK(parts.shared == blocks(110));
    CHECK(parts.snapshots == blocks(2));
    CHECK(parts.orphaned == block);
    CHECK(report.orphans == 1);
    CHECK(parts.partial == blocks(3));
    CHECK(parts.temporary == block);
    CHECK(parts.odd == blocks(2));
    CHECK(parts.manifests == blocks(4));
    CHECK(parts.sum() == store::usage(facts.disk->inventory).sum());
}

TEST_CASE("files of two names are counted once, with whichever they are met first") {
    store::Inventory inventory;
    const auto model = [&](const char* name) {
        inventory.models.push_back({ModelName::parse(name), "", {}, {}, {}, {}});
    };
    model("a");
    model("a:latest.codemate-20261122t120000z-0123456789ab");
    store::Stat twice;
    twice.on_disk = block;
    twice.links = 2;
    twice.identity.inode = 7;
    inventory.blobs.push_back({Digest::of("1"), twice, {0}});
    inventory.blobs.push_back({Digest::of("2"), twice, {1}});
    const use::Facts facts{use::Disk{inventory, std::nullopt}, {}};
    const use::Report report = use::examine(facts, {});
    CHECK(report.parts->models == block);
    CHECK(report.parts->snapshots == ByteCount());
    CHECK(report.parts->sum() == store::usage(inventory).sum());
}

TEST_CASE("with a filter: what would come free without all that pass") {
    MemoryDisk disk;
    fill(disk);
    const use::Facts facts = use::gather(read(disk), *std::make_unique<FakeServer>(), {});
    const use::Report one = use::examine(facts, {"mine"});
    CHECK(names(one) == std::vector<std::string>{"mine:latest"});
    CHECK(one.free_without == blocks(2));
    const use::Report both = use::examine(facts, {"m*"});
    CHECK(names(both) == std::vector<std::string>{"mine:latest", "mistral:latest"});
    CHECK(both.free_without == blocks(2 + 2 + 10)); // what they share with each other
    CHECK(use::examine(facts, {"none"}).rows.empty());
    CHECK(use::examine(facts, {"none"}).parts->sum() == both.parts->sum());
}

TEST_CASE("a model that lacks a blob takes what is left of it") {
    MemoryDisk disk;
    test::install(disk, "mistral", "config", {"weights"});
    disk.remove(test::path_of_blob("weights"));
    const use::Facts facts = use::gather(read(disk), *std::make_unique<FakeServer>(), {});
    const use::Report report = use::examine(facts, {});
    CHECK(report.rows.at(0).missing == 1);
    CHECK(report.rows.at(0).referenced() == block);
}

TEST_CASE("without the disk there is what the server lists") {
    FakeServer server;
    server.install("small", FakeServer::model({FakeServer::layer("a", ByteCount(10))}));
    server.install("large", FakeServer::model({FakeServer::layer("b", ByteCount(20))}));
    server.install("small:x.codemate-20261122t120000z-0123456789ab",
                   FakeServer::model({FakeServer::layer("a", ByteCount(10))}));
    const use::Facts facts = use::gather(std::nullopt, server, {});
    const use::Report report = use::examine(facts, {});
    CHECK(names(report) == std::vector<std::string>{"large:latest", "small:latest"});
    CHECK(report.hidden == 1);
    CHECK(report.stated == ByteCount(30));
    CHECK_FALSE(report.rows[0].on_disk);
    CHECK_FALSE(report.free_without);
    CHECK_FALSE(report.parts);
    CHECK(names(use::examine(facts, {"sm"})) == std::vector<std::string>{"small:latest"});
}
