#include "support/catch.hpp"
#include "unit/store/worlds.hpp"

#include "codemate/rules/reclaim.hpp"
#include "codemate/store/scan.hpp"

using namespace codemate;
using rules::Content;
using rules::Measure;
using rules::Reclaim;

namespace {

struct Store {
    test::MemoryDisk disk;
    store::Inventory inventory;

    void add(std::string_view name, const std::vector<std::string>& contents) {
        test::install(disk, name, "{}", contents);
    }
    std::vector<Content> contents() {
        inventory = store::take_inventory(store::scan(disk, {}));
        std::vector<Content> all;
        for (const store::Entry& entry : inventory.models)
            all.push_back({&entry, nullptr, entry.image.size()});
        return all;
    }
};

const std::string large(9000, 'l'), middle(5000, 'm'), small(100, 's');
constexpr ByteCount block(4096), two_blocks(8192), three_blocks(12288);

} // namespace

TEST_CASE("what comes free by a look at the disk, in blocks, with the manifest") {
    Store store;
    store.add("a", {large, small});
    store.add("b", {large, middle});
    Reclaim reclaim(store.contents(), &store.inventory);
    CHECK(reclaim.measure() == Measure::blocks);
    CHECK(reclaim.without(0) == block + block);                             // its manifest, and the small layer
    CHECK(reclaim.without(1) == block + three_blocks + two_blocks + block); // all that both had, and the configuration
    CHECK(reclaim.freed() == block + block + block + three_blocks + two_blocks + block);
    CHECK(reclaim.with(0) == block + block + three_blocks + block);
    CHECK(reclaim.with(1) == block + two_blocks);
    CHECK(reclaim.freed() == ByteCount());
}

TEST_CASE("a missing blob frees nothing, nor does one that has another name elsewhere") {
    Store store;
    store.add("a", {large, small});
    store.disk.remove(test::path_of_blob(small));
    std::vector<Content> contents = store.contents();
    for (store::Blob& blob : store.inventory.blobs)
        blob.stat.links = 2;
    Reclaim reclaim(std::move(contents), &store.inventory);
    CHECK(reclaim.without(0) == block); // the manifest
}

TEST_CASE("what comes free by manifests alone, in bytes") {
    const Image a = Image::parse(test::manifest_of("{}", {large, small})),
                b = Image::parse(test::manifest_of("{}", {large, middle}));
    Reclaim reclaim({{nullptr, &a, a.size()}, {nullptr, &b, b.size()}}, nullptr);
    CHECK(reclaim.measure() == Measure::layers);
    CHECK(reclaim.without(1) == ByteCount(middle.size()));
    CHECK(reclaim.without(0) == ByteCount(large.size() + small.size() + 2));
}

TEST_CASE("a single model of unknown layers leaves only what the server lists") {
    const Image a = Image::parse(test::manifest_of("{}", {large}));
    Reclaim reclaim({{nullptr, &a, ByteCount(9002)}, {nullptr, nullptr, ByteCount(500)}}, nullptr);
    CHECK(reclaim.measure() == Measure::at_most);
    CHECK(reclaim.without(0) == ByteCount(9002));
    CHECK(reclaim.without(1) == ByteCount(500));
    CHECK(reclaim.with(0) == ByteCount(9002));
    CHECK(reclaim.freed() == ByteCount(500));
}
